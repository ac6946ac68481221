using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;

namespace Understudy.State;

/// <summary>The store of one host, in its SQLite. It keeps each key's past until it is compacted, as etcd does.</summary>
sealed class EmbeddedStore(Database database, TimeProvider time) : IStore
{
    readonly Lock _gate = new();
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<StoreEntry?> Get(string key, CancellationToken cancellation)
    {
        StoreTransaction.Known(key);
        return Task.FromResult(Newest(key));
    }

    public Task<StoreListing?> List(string prefix, long? at, CancellationToken cancellation)
    {
        StoreListing? listing = null;
        database.Together(() =>
        {
            var (revision, compacted) = Head();
            if (at > revision)
                throw new ArgumentOutOfRangeException(nameof(at), at, $"the newest revision is {revision}");
            if (at is null || at >= compacted)
                listing = new StoreListing(at ?? revision, Entries(prefix, at ?? revision));
        });
        return Task.FromResult(listing);
    }

    public Task<StoreCommit> Commit(StoreTransaction transaction, CancellationToken cancellation)
    {
        var sentAt = time.GetTimestamp();
        StoreCommit? answer = null;
        database.Together(() =>
        {
            var (revision, _) = Head();
            var current = transaction.Conditions.Keys.Select(Newest).OfType<StoreEntry>().ToDictionary(entry => entry.Key);
            if (transaction.Conditions.Any(condition => (current.GetValueOrDefault(condition.Key)?.Changed ?? 0) != condition.Value))
            {
                answer = new StoreCommit.Refused(revision, [.. current.Values]);
                return;
            }
            if (transaction.Writes.Aggregate(false, (wrote, one) => Write(one.Key, one.Value, revision + 1) || wrote))
                database.Execute("UPDATE store_head SET revision = $revision", ("$revision", ++revision));
            answer = new StoreCommit.Done(revision, sentAt);
        });
        Wake();
        return Task.FromResult(answer!);
    }

    public async IAsyncEnumerable<StoreNews> Watch(string prefix, long? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var known = after;
        while (true)
        {
            Task changed;
            lock (_gate)
                changed = _changed.Task;
            var news = News(prefix, known);
            foreach (var one in news)
            {
                known = one.Revision;
                yield return one;
            }
            if (news.Count == 0)
                await changed.WaitAsync(cancellation);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    public Task Compact(long revision, CancellationToken cancellation)
    {
        database.Together(() =>
        {
            var (newest, compacted) = Head();
            if (revision > newest)
                throw new ArgumentOutOfRangeException(nameof(revision), revision, $"the newest revision is {newest}");
            if (revision <= compacted)
                return;
            database.Execute(
                """
                DELETE FROM store WHERE revision <= $revision
                AND (value IS NULL OR revision < (SELECT MAX(newer.revision) FROM store newer WHERE newer.key = store.key AND newer.revision <= $revision))
                """, ("$revision", revision));
            database.Execute("UPDATE store_head SET compacted = $revision", ("$revision", revision));
        });
        return Task.CompletedTask;
    }

    /// <summary>The file is its owner's.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    List<StoreNews> News(string prefix, long? known)
    {
        List<StoreNews> news = [];
        database.Together(() =>
        {
            var (revision, compacted) = Head();
            if (known is null || known < compacted)
                news.Add(new StoreNews.Listed(revision, Entries(prefix, revision)));
            else
                news.AddRange(Changes(prefix, known.Value).GroupBy(change => change.Revision, change => change.Change).Select(group => new StoreNews.Changed(group.Key, [.. group])));
        });
        return news;
    }

    List<(long Revision, StoreChange Change)> Changes(string prefix, long known) => database.Query(
        "SELECT key, value, created, revision FROM store WHERE revision > $known AND key >= $prefix AND key < $end ORDER BY revision, key",
        row => (row.GetInt64(3), new StoreChange(row.GetString(0), row.IsDBNull(1) ? null : Read(row))),
        ("$known", known), ("$prefix", prefix), ("$end", EndOf(prefix)));

    List<StoreEntry> Entries(string prefix, long at) => database.Query(
        """
        SELECT key, value, created, revision FROM store WHERE key >= $prefix AND key < $end AND value IS NOT NULL
        AND revision = (SELECT MAX(newest.revision) FROM store newest WHERE newest.key = store.key AND newest.revision <= $at) ORDER BY key
        """, Read, ("$prefix", prefix), ("$end", EndOf(prefix)), ("$at", at));

    StoreEntry? Newest(string key) => database.Query(
        "SELECT key, value, created, revision FROM store WHERE key = $key ORDER BY revision DESC LIMIT 1", row => row.IsDBNull(1) ? null : Read(row), ("$key", key)).FirstOrDefault();

    bool Write(string key, ReadOnlyMemory<byte>? value, long revision)
    {
        var before = Newest(key);
        if (value is null && before is null)
            return false;
        database.Execute("INSERT INTO store (key, revision, created, value) VALUES ($key, $revision, $created, $value)",
            ("$key", key), ("$revision", revision), ("$created", before?.Created ?? revision), ("$value", value?.ToArray()));
        return true;
    }

    (long Revision, long Compacted) Head() => database.Query("SELECT revision, compacted FROM store_head", row => (row.GetInt64(0), row.GetInt64(1)))[0];

    void Wake()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.SetResult();
    }

    static StoreEntry Read(SqliteDataReader row) => new(row.GetString(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2), row.GetInt64(3));

    /// <summary>Behind every key that begins so: keys are visible ASCII.</summary>
    static string EndOf(string prefix) => prefix + "\u007f";
}
