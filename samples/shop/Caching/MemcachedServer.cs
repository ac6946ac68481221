using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Shop.Caching;

/// <summary>One memcached. While it does not answer it is left alone, so that a dead address costs a page next to nothing.</summary>
internal sealed class MemcachedServer(string address) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LeftAlone = TimeSpan.FromSeconds(5);
    private readonly ConcurrentBag<MemcachedConnection> _idle = [];
    private long _downSince;

    public string Address => address;

    /// <summary>Null: not there, or the server does not answer.</summary>
    public async Task<byte[]?> Get(string key) =>
        IsLeftAlone ? null : await Ask((connection, cancel) => connection.Get(key, cancel), otherwise: null);

    public async Task Set(string key, byte[] value, TimeSpan lifetime)
    {
        if (!IsLeftAlone)
            await Ask((connection, cancel) => connection.Set(key, value, lifetime, cancel), otherwise: false);
    }

    public Task<bool> Check() => Ask((connection, cancel) => connection.Version(cancel), otherwise: false);

    public void Dispose()
    {
        while (_idle.TryTake(out var connection))
            connection.Dispose();
    }

    private bool IsLeftAlone =>
        Interlocked.Read(ref _downSince) is > 0 and var since && TimeProvider.System.GetElapsedTime(since) < LeftAlone;

    private async Task<T> Ask<T>(Func<MemcachedConnection, CancellationToken, Task<T>> ask, T otherwise)
    {
        using var deadline = new CancellationTokenSource(Patience);
        // An idle connection may have died with an earlier server at this address: that alone says nothing about this one.
        if (_idle.TryTake(out var idle) && await TryAsk(idle) is { Answered: true } kept)
            return kept.Answer;
        Dispose();
        var connection = new MemcachedConnection();
        var (answered, answer) = await TryAsk(connection);
        Interlocked.Exchange(ref _downSince, answered ? 0 : TimeProvider.System.GetTimestamp());
        return answered ? answer : otherwise;

        async Task<(bool Answered, T Answer)> TryAsk(MemcachedConnection connection)
        {
            try
            {
                await connection.Open(address, deadline.Token);
                var answer = await ask(connection, deadline.Token);
                _idle.Add(connection);
                return (true, answer);
            }
            catch (Exception error) when (error is SocketException or IOException or OperationCanceledException or FormatException)
            {
                connection.Dispose();
                return (false, otherwise);
            }
        }
    }
}
