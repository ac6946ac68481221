using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Grpc.Core;
using Understudy.State.Etcd.Wire;

namespace Understudy.State.Etcd;

/// <summary>The store of a fleet.</summary>
sealed class EtcdStore : IStore
{
    /// <summary>News that wait for a slow reader; then the watch waits with them.</summary>
    const int MostWaiting = 1024;

    readonly EtcdOptions _options;
    readonly EtcdMembers _members;
    readonly EtcdCalls _calls;
    readonly EtcdKeys _keys;
    readonly EtcdCommits _commits;

    public EtcdStore(EtcdOptions options)
    {
        _options = options;
        _members = new EtcdMembers(options);
        _calls = new EtcdCalls(_members, options);
        _keys = new EtcdKeys(options.Root);
        _commits = new EtcdCommits(_calls, _keys, options.Client);
        Cluster = new EtcdCluster(_members, _calls);
    }

    public EtcdCluster Cluster { get; }

    public async Task<StoreEntry?> Get(string key, CancellationToken cancellation)
    {
        StoreTransaction.Known(key);
        return (await Range(new RangeRequest { Key = _keys.Of(key) }, cancellation))!.Entries.FirstOrDefault();
    }

    public Task<StoreListing?> List(string prefix, long? at, CancellationToken cancellation) =>
        Range(new RangeRequest { Key = _keys.Of(prefix), RangeEnd = _keys.EndOf(prefix), Revision = at ?? 0 }, cancellation);

    public Task<StoreCommit> Commit(StoreTransaction transaction, CancellationToken cancellation) => _commits.Commit(transaction, cancellation);

    /// <summary>It runs apart from its reader, so that a slow one is not taken for a silent store.</summary>
    public async IAsyncEnumerable<StoreNews> Watch(string prefix, long? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var told = Channel.CreateBounded<StoreNews>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
        var watch = new EtcdWatch(_members, _options, _keys, list: ending => List(prefix, null, ending), prefix, told.Writer);
        var running = Task.Run(() => watch.Run(after, ending.Token), CancellationToken.None);
        try
        {
            await foreach (var news in told.Reader.ReadAllAsync(cancellation))
                yield return news;
        }
        finally
        {
            await ending.CancelAsync();
            await running;
        }
    }

    public async Task Compact(long revision, CancellationToken cancellation)
    {
        var request = new CompactionRequest { Revision = revision };
        try
        {
            await _calls.Ask((member, ending) => member.Kv.CompactAsync(request, cancellationToken: ending).ResponseAsync, cancellation);
        }
        catch (RpcException refused) when (IsCompacted(refused))
        {
        }
        catch (RpcException refused)
        {
            throw new ArgumentOutOfRangeException(nameof(revision), revision, refused.Status.Detail);
        }
    }

    public ValueTask DisposeAsync()
    {
        _members.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <returns>Null: what it asks for was compacted away.</returns>
    async Task<StoreListing?> Range(RangeRequest request, CancellationToken cancellation)
    {
        try
        {
            var answer = await _calls.Ask((member, ending) => member.Kv.RangeAsync(request, cancellationToken: ending).ResponseAsync, cancellation);
            return new StoreListing(request.Revision == 0 ? answer.Value.Header.Revision : request.Revision, [.. answer.Value.Kvs.Select(_keys.Entry)]);
        }
        catch (RpcException refused) when (IsCompacted(refused))
        {
            return null;
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.OutOfRange)
        {
            throw new ArgumentOutOfRangeException(nameof(request), request.Revision, refused.Status.Detail);
        }
        catch (RpcException refused)
        {
            throw new StoreSilent($"the fleet's store refused: {refused.Status.Detail}");
        }
    }

    static bool IsCompacted(RpcException refused) => refused.StatusCode == StatusCode.OutOfRange && refused.Status.Detail.Contains("compacted", StringComparison.Ordinal);
}
