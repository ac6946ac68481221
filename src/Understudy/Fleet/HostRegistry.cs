using System.Text.Json;
using Understudy.State;

namespace Understudy.Fleet;

/// <summary>The hosts of the fleet as this one knows them, and what this one says of itself. What was known last holds while the store is silent.</summary>
sealed class HostRegistry(IStore store, EventLog events)
{
    const string Watched = "fleet/";

    static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(1);

    readonly Lock _gate = new();
    readonly Dictionary<string, string> _known = [];
    bool _listed;

    /// <summary>Told after every change of who is there, and who is drained.</summary>
    public Action? Changed { get; set; }

    /// <summary>The list came at least once.</summary>
    public bool Listed
    {
        get
        {
            lock (_gate)
                return _listed;
        }
    }

    public IReadOnlyList<HostRecord> Hosts => [.. Of(HostRecord.Folder).Select(pair => Parse(pair.Text, JsonFleet.Default.HostRecord)).OfType<HostRecord>().OrderBy(host => host.Host, StringComparer.Ordinal)];

    /// <summary>Hosts that were removed, by name.</summary>
    public IReadOnlyDictionary<string, RemovalRecord> Removed => Of(RemovalRecord.Folder)
        .Select(pair => (pair.Name, Record: Parse(pair.Text, JsonFleet.Default.RemovalRecord))).Where(one => one.Record is not null).ToDictionary(one => one.Name, one => one.Record!);

    public bool IsDrained(string host) => Has(DrainRecord.Folder + host);

    /// <summary>As the host that tends the store says.</summary>
    public bool IsSilent(string host) => Has(StoreTending.SilentFolder + host);

    /// <summary>Follows the store until cancelled.</summary>
    public async Task Follow(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await foreach (var news in store.Watch(Watched, null, cancellation))
                {
                    if (Take(news))
                        Changed?.Invoke();
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested) { }
            catch (Exception bug)
            {
                // A host that hears nothing more of the others must not go on unnoticed; it lists them anew.
                events.Trouble("following the fleet's store", bug);
                await Task.Delay(AgainAfter, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public async Task<IReadOnlyDictionary<string, HostBeat>> Beats(CancellationToken cancellation) =>
        (await store.List(HostBeat.Folder, null, cancellation))!.Entries
            .Select(entry => (Host: entry.Key[HostBeat.Folder.Length..], Beat: JsonSerializer.Deserialize(entry.Value.Span, JsonFleet.Default.HostBeat)))
            .Where(one => one.Beat is not null).ToDictionary(one => one.Host, one => one.Beat!);

    /// <summary>Writes what this host is, unless the store has it so already.</summary>
    public async Task Say(HostRecord own, CancellationToken cancellation)
    {
        var text = JsonSerializer.Serialize(own, JsonFleet.Default.HostRecord);
        lock (_gate)
        {
            if (_known.GetValueOrDefault(own.Key) == text)
                return;
        }
        await store.Commit(new StoreTransaction().Put(own.Key, text), cancellation);
    }

    public Task Beat(string host, HostBeat beat, CancellationToken cancellation) =>
        store.Commit(new StoreTransaction().Put(HostBeat.Folder + host, JsonSerializer.Serialize(beat, JsonFleet.Default.HostBeat)), cancellation);

    /// <exception cref="OperationRefused">The store did not take it.</exception>
    public async Task Drain(string host, DrainRecord? drain, CancellationToken cancellation)
    {
        var key = DrainRecord.Folder + host;
        var change = drain is null ? new StoreTransaction().Delete(key) : new StoreTransaction().Put(key, JsonSerializer.Serialize(drain, JsonFleet.Default.DrainRecord));
        if (await store.Commit(change, cancellation) is not StoreCommit.Done)
            throw Silent();
    }

    /// <summary>The host is in the fleet no more, and nothing of what was said of it stays.</summary>
    /// <exception cref="OperationRefused">The store did not take it.</exception>
    public async Task Remove(HostRecord host, RemovalRecord removal, CancellationToken cancellation)
    {
        var change = new StoreTransaction()
            .Put(RemovalRecord.Folder + host.Host, JsonSerializer.Serialize(removal, JsonFleet.Default.RemovalRecord))
            .Delete(host.Key).Delete(DrainRecord.Folder + host.Host).Delete(StoreTending.SilentFolder + host.Host).Delete(HostBeat.Folder + host.Host);
        if (await store.Commit(change, cancellation) is not StoreCommit.Done)
            throw Silent();
    }

    /// <summary>One that was removed joins again.</summary>
    /// <exception cref="OperationRefused">The store did not take it.</exception>
    public async Task Welcome(string host, CancellationToken cancellation)
    {
        if (Has(RemovalRecord.Folder + host) && await store.Commit(new StoreTransaction().Delete(RemovalRecord.Folder + host), cancellation) is not StoreCommit.Done)
            throw Silent();
    }

    static OperationRefused Silent() => new("the fleet's store does not answer: nothing was changed, or it will be seen in `understudy hosts`; try again");

    bool Take(StoreNews news)
    {
        lock (_gate)
        {
            switch (news)
            {
                case StoreNews.Listed listed:
                    _known.Clear();
                    foreach (var entry in listed.Entries)
                        _known[entry.Key] = entry.Text;
                    _listed = true;
                    return true;
                case StoreNews.Changed changed:
                    foreach (var change in changed.Changes)
                    {
                        if (change.Entry is { } entry)
                            _known[change.Key] = entry.Text;
                        else
                            _known.Remove(change.Key);
                    }
                    return true;
                // Before the first list there was nothing that could be old.
                case StoreNews.Stale when _listed:
                    events.Add("store.silent", "the fleet's store is silent: what was known last holds, and nothing can be changed until it answers");
                    return false;
                case StoreNews.Fresh when _listed:
                    events.Add("store.heard", "the fleet's store answers again");
                    return false;
                default:
                    return false;
            }
        }
    }

    bool Has(string key)
    {
        lock (_gate)
            return _known.ContainsKey(key);
    }

    List<(string Name, string Text)> Of(string folder)
    {
        lock (_gate)
            return [.. _known.Where(pair => pair.Key.StartsWith(folder, StringComparison.Ordinal)).Select(pair => (pair.Key[folder.Length..], pair.Value))];
    }

    /// <summary>Null: it is none, as a newer Understudy may have written.</summary>
    static T? Parse<T>(string text, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
