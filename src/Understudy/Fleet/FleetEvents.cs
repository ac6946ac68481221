using System.Globalization;
using System.Text.Json;
using Understudy.Api;
using Understudy.Linux;
using Understudy.State;

namespace Understudy.Fleet;

/// <summary>
/// The events of all hosts in one order: that in which the store took them, whatever the hosts' clocks say. Each host writes its own; what happened
/// while the store was silent follows when it answers.
/// </summary>
sealed class FleetEvents(Paths paths, IStore store, EventLog events, string host, TimeProvider time)
{
    public const string Folder = "events/";

    /// <summary>Of all hosts together; each host's own log keeps many more.</summary>
    public const int Kept = 2_000;

    const int AtOnce = 50;

    static readonly TimeSpan TrimEvery = TimeSpan.FromMinutes(1);
    static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(1);

    TimeSpan _trimmed;

    string CursorPath => Path.Combine(paths.Fleet, "events.sent");

    /// <summary>Sends what is new, until cancelled. Begins with what comes after this host is in the fleet.</summary>
    public async Task Send(CancellationToken cancellation)
    {
        var sent = Cursor();
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await events.AnyAfter(sent, cancellation);
                var batch = events.After(sent, AtOnce);
                var change = new StoreTransaction();
                foreach (var one in batch)
                    change.Put(KeyOf(one.Id), JsonSerializer.SerializeToUtf8Bytes(one, JsonDocuments.Readable.EventDocument));
                if (batch.Count > 0 && await store.Commit(change, cancellation) is StoreCommit.Done)
                {
                    sent = batch[^1].Id;
                    Files.Replace(CursorPath, System.Text.Encoding.ASCII.GetBytes(sent.ToString(CultureInfo.InvariantCulture)));
                }
                else
                    await Task.Delay(AgainAfter, time, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested) { }
            catch (Exception bug)
            {
                events.Trouble("sending this host's events to the fleet's store", bug);
                await Task.Delay(AgainAfter, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>The newest ones, oldest first.</summary>
    /// <param name="after">Only those after this place in the order; 0: from the beginning.</param>
    public async Task<IReadOnlyList<FleetEventDocument>> Newest(long after, int limit, CancellationToken cancellation) =>
        [.. (await store.List(Folder, null, cancellation))!.Entries.Where(entry => entry.Created > after)
            .OrderBy(entry => entry.Created).ThenBy(entry => entry.Key, StringComparer.Ordinal).TakeLast(limit).Select(Read).OfType<FleetEventDocument>()];

    /// <summary>Removes what is too old; on the host of the store's leader alone.</summary>
    public async Task Trim(CancellationToken cancellation)
    {
        if (BootClock.Now - _trimmed < TrimEvery)
            return;
        _trimmed = BootClock.Now;
        var all = (await store.List(Folder, null, cancellation))!.Entries;
        foreach (var old in all.OrderBy(entry => entry.Created).SkipLast(Kept).Chunk(StoreTransaction.MostSteps))
        {
            var change = new StoreTransaction();
            foreach (var entry in old)
                change.Delete(entry.Key);
            await store.Commit(change, cancellation);
        }
    }

    string KeyOf(long id) => string.Create(CultureInfo.InvariantCulture, $"{Folder}{host}/{id:d12}");

    /// <summary>Null: a newer Understudy's, which cannot be read.</summary>
    static FleetEventDocument? Read(StoreEntry entry)
    {
        try
        {
            var host = entry.Key[Folder.Length..entry.Key.LastIndexOf('/')];
            return JsonSerializer.Deserialize(entry.Value.Span, JsonDocuments.Readable.EventDocument) is { } one ? new FleetEventDocument(entry.Created, host, one) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    long Cursor()
    {
        if (File.Exists(CursorPath) && long.TryParse(File.ReadAllText(CursorPath), NumberStyles.None, CultureInfo.InvariantCulture, out var sent))
            return Math.Min(sent, events.Newest);
        var from = events.Newest;
        Files.Replace(CursorPath, System.Text.Encoding.ASCII.GetBytes(from.ToString(CultureInfo.InvariantCulture)));
        return from;
    }
}
