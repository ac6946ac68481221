using System.Threading.Channels;
using Understudy.Decisions.Fleet;
using Understudy.State.Etcd.Wire;

namespace Understudy.State.Etcd;

/// <summary>One watch: streams from two members at once, each transaction told once, silence told too.</summary>
sealed class EtcdWatch(EtcdMembers members, EtcdOptions options, EtcdKeys keys, Func<CancellationToken, Task<StoreListing?>> list, string prefix, ChannelWriter<StoreNews> told)
{
    readonly Channel<EtcdWatchNews> _inbox = Channel.CreateUnbounded<EtcdWatchNews>(new UnboundedChannelOptions { SingleReader = true });
    readonly List<EtcdWatchStream> _streams = [];
    readonly Dictionary<EtcdMember, TimeSpan> _failedAt = [];
    TimeSpan _heardAt = options.Time.GetElapsedTime(0);
    long? _known;
    bool _stale;
    int _opened;

    /// <summary>Until it is cancelled.</summary>
    public async Task Run(long? after, CancellationToken cancellation)
    {
        _known = after;
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                var until = await Turn(cancellation);
                using var looking = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                var wait = until - Now();
                await Task.WhenAny(_inbox.Reader.WaitToReadAsync(looking.Token).AsTask(), Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, options.Time, looking.Token));
                await looking.CancelAsync();
                while (_inbox.Reader.TryRead(out var news))
                    await Take(news, cancellation);
            }
            told.TryComplete();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            told.TryComplete();
        }
        catch (Exception bug)
        {
            // A reader that hears nothing more must know.
            told.TryComplete(bug);
        }
        finally
        {
            foreach (var stream in _streams)
                stream.Dispose();
        }
    }

    async Task<TimeSpan> Turn(CancellationToken cancellation)
    {
        if (_known is null)
            await ListAnew(cancellation);
        var all = members.All;
        foreach (var gone in _streams.Where(stream => !all.Contains(stream.Member)).ToList())
            Drop(gone);
        var sights = _streams.Select(stream => stream.Sight(IndexOf(all, stream.Member))).ToList();
        _heardAt = sights.Where(sight => _streams.Any(stream => stream.Id == sight.Id && stream.Heard)).Select(sight => sight.HeardAt).Append(_heardAt).Max();
        var turn = WatchDecision.Next(options.Watches, new WatchState(sights, _heardAt, _stale, [.. all.Select(member => _failedAt.TryGetValue(member, out var at) ? at : (TimeSpan?)null)]), Now());
        foreach (var stream in _streams.Where(stream => turn.Drop.Contains(stream.Id)).ToList())
        {
            stream.Member.Missed();
            Drop(stream);
        }
        foreach (var stream in _streams.Where(stream => turn.Ask.Contains(stream.Id)))
            stream.Ask();
        if (turn.TellStale is { } stale)
        {
            _stale = stale;
            await told.WriteAsync(stale ? new StoreNews.Stale(_known ?? 0) : new StoreNews.Fresh(_known ?? 0), cancellation);
        }
        if (_known is { } known)
        {
            // From the revision that is known, not the one behind it: etcd lets a watch begin at the very revision of a compaction, whose deletions are gone.
            foreach (var member in turn.Open)
                Open(all[member], Math.Max(known, 1));
        }
        return turn.Until;
    }

    async Task ListAnew(CancellationToken cancellation)
    {
        try
        {
            var listing = (await list(cancellation))!;
            _known = listing.Revision;
            _heardAt = Now();
            await told.WriteAsync(new StoreNews.Listed(listing.Revision, listing.Entries), cancellation);
        }
        // The turn says that it is stale, and the next one lists again.
        catch (StoreSilent)
        {
        }
    }

    async Task Take(EtcdWatchNews news, CancellationToken cancellation)
    {
        if (!_streams.Contains(news.Stream))
            return;
        if (news.Answer is null or { Canceled: true })
        {
            Drop(news.Stream);
            if (news.Answer?.CompactRevision > _known)
                _known = null;
            else
                news.Stream.Member.Missed();
            return;
        }
        news.Stream.Member.Answered();
        foreach (var transaction in news.Answer.Events.GroupBy(one => one.Kv.ModRevision).Where(transaction => transaction.Key > _known))
        {
            _known = transaction.Key;
            await told.WriteAsync(new StoreNews.Changed(transaction.Key, [.. transaction.Select(Change)]), cancellation);
        }
    }

    StoreChange Change(Event change) => new(keys.KeyOf(change.Kv), change.Type == Event.Types.EventType.Put ? keys.Entry(change.Kv) : null);

    void Open(EtcdMember member, long from)
    {
        try
        {
            _streams.Add(new EtcdWatchStream(++_opened, member, (keys.Of(prefix), keys.EndOf(prefix)), from, options.Time, _inbox.Writer));
        }
        // It is no member any more, from this moment on; the next turn knows.
        catch (ObjectDisposedException)
        {
        }
    }

    void Drop(EtcdWatchStream stream)
    {
        _failedAt[stream.Member] = Now();
        _streams.Remove(stream);
        stream.Dispose();
    }

    TimeSpan Now() => options.Time.GetElapsedTime(0);

    static int IndexOf(IReadOnlyList<EtcdMember> all, EtcdMember member) => all.Index().First(one => one.Item == member).Index;
}
