using System.Diagnostics;
using System.Text.Json;
using Understudy.State;
using Understudy.State.Etcd;

namespace Understudy.Fleet;

/// <summary>
/// Simulated hosts of a lab's fleet, for what its store and its leader bear. Each has its own connection to the store, watches what a host watches, and says as
/// often as one that it lives; it serves nothing, and so is listed as a witness.
/// </summary>
sealed class LabCrowd(LabHost at, int count) : IAsyncDisposable
{
    const string Prefix = "crowd-";
    const string Watched = "fleet/";

    /// <summary>As many as are connected, or written, at a time.</summary>
    const int AtATime = 50;

    static readonly TimeSpan ReachesWithin = TimeSpan.FromMinutes(1);

    readonly CancellationTokenSource _over = new();
    readonly Lock _gate = new();
    readonly List<Task> _loops = [];
    readonly HashSet<int> _listed = [];
    EtcdStore[] _stores = [];
    HostIdentity? _identity;
    HashSet<int> _waited = [];
    string? _marked;
    TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Returns when all of them are in, and know it.</summary>
    /// <exception cref="OperationRefused">The host is in no fleet, or its store does not bear them.</exception>
    public async Task Enter(CancellationToken cancellation)
    {
        var fleet = FleetFile.Read(at.Paths) ?? throw new OperationRefused($"{at.Name} is in no fleet");
        var pem = File.ReadAllText(FleetPapers.CertificatePath(at.Paths));
        var identity = _identity = HostIdentity.Open(File.ReadAllText(FleetPapers.AuthorityPath(at.Paths)), pem, pem);
        _stores = [.. Enumerable.Range(0, count).Select(number => new EtcdStore(new EtcdOptions
        {
            Endpoints = [.. fleet.Keepers.Select(FleetFile.StoreAddressOf)],
            Client = Name(number),
            Tls = () => identity.Client(),
        }))];
        await Each(cancellation, async number =>
        {
            var record = new HostRecord(Name(number), fleet.Address, Witness: true, "simulated", Product.Version, Etcd: null);
            await Put(number, record.Key, JsonSerializer.Serialize(record, JsonFleet.Default.HostRecord), cancellation);
            await Beat(number, cancellation);
            lock (_gate)
                _loops.AddRange([Follow(number), Live(number)]);
        });
        await Until(() => _listed.Count == count, "have the list of the hosts");
    }

    /// <summary>Changes what every host watches, and returns how long it took until the last of them knew.</summary>
    public async Task<TimeSpan> Change(CancellationToken cancellation)
    {
        var marked = Guid.NewGuid().ToString("N");
        lock (_gate)
            (_marked, _waited) = (marked, [.. Enumerable.Range(0, count)]);
        var began = Stopwatch.GetTimestamp();
        await Put(0, DrainRecord.Folder + Name(0), JsonSerializer.Serialize(new DrainRecord(marked, TimeProvider.System.GetUtcNow()), JsonFleet.Default.DrainRecord), cancellation);
        await Until(() => _waited.Count == 0, "know of a change");
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>What they wrote goes with them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_loops);
        if (_stores is [var first, ..])
        {
            foreach (var some in Enumerable.Range(0, count).Chunk(AtATime))
            {
                var leaving = new StoreTransaction();
                foreach (var number in some)
                    leaving = leaving.Delete(HostRecord.Folder + Name(number)).Delete(HostBeat.Folder + Name(number));
                await Commit(first, leaving, CancellationToken.None);
            }
            await Commit(first, new StoreTransaction().Delete(DrainRecord.Folder + Name(0)), CancellationToken.None);
        }
        foreach (var store in _stores)
            await store.DisposeAsync();
        _identity?.Dispose();
        _over.Dispose();
    }

    static string Name(int number) => $"{Prefix}{number + 1}";

    async Task Follow(int number)
    {
        try
        {
            await foreach (var news in _stores[number].Watch(Watched, null, _over.Token))
            {
                lock (_gate)
                {
                    if (news is StoreNews.Listed)
                        _listed.Add(number);
                    if (_marked is { } marked && news switch
                    {
                        StoreNews.Listed listed => listed.Entries.Any(entry => Marks(entry, marked)),
                        StoreNews.Changed changed => changed.Changes.Any(change => change.Entry is { } entry && Marks(entry, marked)),
                        _ => false,
                    })
                        _waited.Remove(number);
                    _news.TrySetResult();
                }
            }
        }
        catch (OperationCanceledException) { }
    }

    static bool Marks(StoreEntry entry, string marked) => entry.Key == DrainRecord.Folder + Name(0) && entry.Text.Contains(marked, StringComparison.Ordinal);

    async Task Live(int number)
    {
        try
        {
            // Not all at once, as no hosts' turns fall together.
            await Task.Delay(FleetHost.BeatEvery * ((double)number / count), _over.Token);
            using var timer = new PeriodicTimer(FleetHost.BeatEvery);
            do
                await Beat(number, _over.Token);
            while (await timer.WaitForNextTickAsync(_over.Token));
        }
        catch (OperationCanceledException) { }
    }

    Task Beat(int number, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        var beat = new HostBeat(now, 0.1, 2, 4L << 30, 2L << 30, [], 0, null, "simulated", now.AddDays(7));
        return _stores[number].Commit(new StoreTransaction().Put(HostBeat.Folder + Name(number), JsonSerializer.Serialize(beat, JsonFleet.Default.HostBeat)), cancellation);
    }

    async Task Put(int number, string key, string value, CancellationToken cancellation)
    {
        if (!await Commit(_stores[number], new StoreTransaction().Put(key, value), cancellation))
            throw new OperationRefused($"the store of {at.Name} did not take what {Name(number)} says");
    }

    /// <summary>As a host does: tried again a second later where the store is slow.</summary>
    static async Task<bool> Commit(EtcdStore store, StoreTransaction change, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (await store.Commit(change, cancellation) is not StoreCommit.Done)
        {
            if (Stopwatch.GetElapsedTime(began) > ReachesWithin)
                return false;
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }
        return true;
    }

    async Task Each(CancellationToken cancellation, Func<int, Task> act)
    {
        foreach (var some in Enumerable.Range(0, count).Chunk(AtATime))
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.WhenAll(some.Select(act));
        }
    }

    async Task Until(Func<bool> reached, string what)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            Task news;
            lock (_gate)
            {
                if (reached())
                    return;
                if (_news.Task.IsCompleted)
                    _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                news = _news.Task;
            }
            if (Stopwatch.GetElapsedTime(began) > ReachesWithin)
                throw new OperationRefused($"not all {count} simulated hosts {what} within {ReachesWithin.TotalSeconds:0} s");
            await news.WaitAsync(ReachesWithin).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
