using System.Net.Sockets;
using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>Asks the proxy that holds the listeners, whichever process that is by now. Calls are answered one at a time, over a connection that stays open.</summary>
/// <param name="path">The control socket: <see cref="Paths.ProxySocket"/>.</param>
/// <param name="deadline">How long one call may take. Default 500 ms.</param>
public sealed class ProxyControl(string path, TimeSpan? deadline = null) : IDisposable
{
    static readonly byte[] ReportCommand = "report\n"u8.ToArray();
    static readonly byte[] MetricsCommand = "metrics\n"u8.ToArray();
    static readonly byte[] StopCommand = "stop\n"u8.ToArray();

    readonly TimeSpan deadline = deadline ?? TimeSpan.FromMilliseconds(500);
    readonly SemaphoreSlim turn = new(1, 1);
    ControlConnection? connection;

    /// <summary>Null: no proxy answers within the deadline.</summary>
    public async Task<ProxyReport?> Report(CancellationToken cancellation) =>
        (await Ask(ReportCommand, cancellation))?.Report;

    /// <summary>The Prometheus page; null: no proxy answers within the deadline.</summary>
    public async Task<string?> Metrics(CancellationToken cancellation) =>
        (await Ask(MetricsCommand, cancellation))?.Metrics;

    /// <summary>Asks for a graceful stop and does not wait for its end. False: no proxy answers within the deadline.</summary>
    public async Task<bool> Stop(CancellationToken cancellation) =>
        await Ask(StopCommand, cancellation) is { Done: true };

    public void Dispose()
    {
        Drop();
        turn.Dispose();
    }

    async Task<ControlAnswer?> Ask(byte[] command, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        try
        {
            await turn.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }

        try
        {
            var answer = connection is null ? null : await Attempt(command, limit.Token);
            answer ??= await Attempt(command, limit.Token);
            if (answer is null) cancellation.ThrowIfCancellationRequested();
            return answer;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Null, and no connection, where the proxy is gone, silent, or has handed over: then another may answer at the path.</summary>
    async Task<ControlAnswer?> Attempt(byte[] command, CancellationToken limit)
    {
        var kept = connection is not null;
        try
        {
            connection ??= await ControlConnection.Open(path, limit);
            var answer = await connection.Ask(command, limit);
            if (!answer.HandedOver || !kept) return answer;
        }
        catch (Exception gone) when (gone is SocketException or IOException or OperationCanceledException)
        {
        }

        Drop();
        return null;
    }

    void Drop()
    {
        connection?.Dispose();
        connection = null;
    }
}
