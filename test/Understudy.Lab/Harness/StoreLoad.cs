using System.Diagnostics;
using Understudy.State;

namespace Understudy.Lab.Harness;

/// <summary>Writes and reads without pause, and a watch of what is written: how long calls take, and whether the watch tells all of it.</summary>
sealed class StoreLoad : IAsyncDisposable
{
    const string Key = "load/counter";

    readonly CancellationTokenSource _ending = new();
    readonly IStore _store;
    readonly Task[] _running;
    readonly Lock _gate = new();
    readonly List<long> _committed = [];
    readonly List<long> _told = [];
    TimeSpan _longest;
    int _unknown;

    public StoreLoad(IStore store)
    {
        _store = store;
        _running = [Task.Run(Write), Task.Run(Read), Task.Run(Watch)];
    }

    /// <summary>Of any call, however it ended.</summary>
    public TimeSpan Longest
    {
        get
        {
            lock (_gate)
                return _longest;
        }
    }

    /// <summary>Transactions of which nobody could say what became of them.</summary>
    public int Unknown => _unknown;

    public bool WasListed { get; private set; }

    /// <summary>So many more commits, each of them told.</summary>
    public async Task GoesOn(int commits, TimeSpan within)
    {
        int wanted;
        lock (_gate)
            wanted = _committed.Count + commits;
        await Eventually.Until($"{commits} more commits, told by the watch", within, () =>
        {
            ThrowWhatFailed();
            lock (_gate)
                return _committed.Count >= wanted && _told.Count > 0 && _told[^1] >= _committed[wanted - 1];
        });
    }

    /// <summary>Every commit was told, once and in order. One whose outcome nobody knows may be told too.</summary>
    public async Task EachWasToldOnce()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_running);
        Assert.False(WasListed, "the watch had to list anew");
        Assert.Equal(_told.Distinct().Order(), _told);
        Assert.Empty(_committed.Where(revision => revision <= _told[^1]).Except(_told));
        Assert.InRange(_told.Count - _committed.Count, -1, _unknown + 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        try
        {
            await Task.WhenAll(_running);
        }
        finally
        {
            _ending.Dispose();
        }
    }

    async Task Write()
    {
        for (var i = 0; !_ending.IsCancellationRequested; i++)
        {
            if (await Timed(() => _store.Commit(new StoreTransaction().Put(Key, $"{i}"), _ending.Token)) is not { } answer)
                continue;
            lock (_gate)
            {
                if (answer is StoreCommit.Done done)
                    _committed.Add(done.Revision);
                else
                    _unknown++;
            }
        }
    }

    async Task Read()
    {
        while (!_ending.IsCancellationRequested)
            await Timed(() => _store.Get(Key, _ending.Token));
    }

    async Task Watch()
    {
        try
        {
            var revision = (await _store.List(Key, null, _ending.Token))!.Revision;
            await foreach (var news in _store.Watch(Key, revision, _ending.Token))
            {
                lock (_gate)
                {
                    if (news is StoreNews.Changed changed)
                        _told.Add(changed.Revision);
                }
                WasListed |= news is StoreNews.Listed;
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    async Task<T?> Timed<T>(Func<Task<T>> call) where T : class?
    {
        var clock = Stopwatch.StartNew();
        try
        {
            return await call();
        }
        catch (StoreSilent)
        {
            return null;
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            lock (_gate)
                _longest = clock.Elapsed > _longest ? clock.Elapsed : _longest;
        }
    }

    void ThrowWhatFailed()
    {
        foreach (var failed in _running.Where(task => task.IsFaulted))
            failed.GetAwaiter().GetResult();
    }
}
