using Grpc.Core;
using Understudy.State.Etcd.Wire;

namespace Understudy.State.Etcd;

/// <summary>A member as the cluster knows it.</summary>
/// <param name="Name">Empty until it has started for the first time.</param>
/// <param name="IsLearner">It is sent all that the others have and counts for nothing yet: no majority waits for it, and it answers no call but for its status.</param>
sealed record EtcdPeer(ulong Id, string Name, IReadOnlyList<Uri> PeerAddresses, IReadOnlyList<Uri> ClientAddresses, bool IsLearner = false);

/// <summary>A member as it sees itself.</summary>
/// <param name="Leader">The member that it follows; 0: none.</param>
sealed record EtcdStatus(ulong Id, ulong Leader, string Version, long Bytes, long Revision);

/// <summary>The cluster itself: its members, and their upkeep.</summary>
sealed class EtcdCluster(EtcdMembers members, EtcdCalls calls)
{
    /// <summary>Defragmenting stops a member for about a second for each GiB that it holds; a snapshot reads all of it.</summary>
    static readonly TimeSpan LongWork = TimeSpan.FromSeconds(60);

    public async Task<IReadOnlyList<EtcdPeer>> Peers(CancellationToken cancellation) =>
        [.. (await calls.Ask((member, ending) => member.Cluster.MemberListAsync(new MemberListRequest(), cancellationToken: ending).ResponseAsync, cancellation)).Value.Members.Select(Peer)];

    /// <summary>The member with this peer address; added as a learner unless it is one already, so that asking again does no harm.</summary>
    /// <exception cref="StoreSilent">It was not taken; etcd takes none while a member has not been heard for a moment. To be tried again.</exception>
    public async Task<EtcdPeer> Add(Uri peerAddress, CancellationToken cancellation)
    {
        // Looked up first: with one member added and not yet started, etcd says no to any second one before it sees that it is the same.
        if (await Known(peerAddress, cancellation) is { } known)
            return known;
        var request = new MemberAddRequest { PeerUrls = { peerAddress.GetLeftPart(UriPartial.Authority) }, IsLearner = true };
        try
        {
            return Peer((await calls.Ask((member, ending) => member.Cluster.MemberAddAsync(request, cancellationToken: ending).ResponseAsync, cancellation)).Value.Member);
        }
        // An attempt whose answer was lost has added it.
        catch (Exception refused) when (refused is RpcException or StoreSilent)
        {
            if (await Known(peerAddress, cancellation) is { } added)
                return added;
            throw refused as StoreSilent ?? new StoreSilent($"etcd did not take the member {peerAddress}: {refused.Message}");
        }
    }

    /// <summary>A learner counts from now on.</summary>
    /// <returns>False: it has not all yet that the others have; to be tried again.</returns>
    public async Task<bool> Promote(ulong id, CancellationToken cancellation)
    {
        try
        {
            await calls.Ask((member, ending) => member.Cluster.MemberPromoteAsync(new MemberPromoteRequest { Id = id }, cancellationToken: ending).ResponseAsync, cancellation);
            return true;
        }
        // Also where an attempt whose answer was lost has done it.
        catch (RpcException refused) when (refused.StatusCode is StatusCode.FailedPrecondition or StatusCode.Unavailable)
        {
            return (await Peers(cancellation)).Any(peer => peer.Id == id && !peer.IsLearner);
        }
    }

    /// <summary>Nothing when it is none any more.</summary>
    public async Task Remove(ulong id, CancellationToken cancellation)
    {
        try
        {
            await calls.Ask((member, ending) => member.Cluster.MemberRemoveAsync(new MemberRemoveRequest { Id = id }, cancellationToken: ending).ResponseAsync, cancellation);
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.NotFound)
        {
        }
    }

    /// <summary>Calls and watches go to these members from now on.</summary>
    /// <param name="aside">Those that are asked for their status alone.</param>
    public void Reach(IReadOnlyList<Uri> endpoints, IReadOnlyList<Uri>? aside = null) => members.Replace(endpoints, aside ?? []);

    /// <returns>Null: it did not answer within the deadline.</returns>
    public async Task<EtcdStatus?> Status(Uri endpoint, TimeSpan within, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(within);
        try
        {
            var status = await Member(endpoint).Maintenance.StatusAsync(new StatusRequest(), cancellationToken: late.Token);
            return new EtcdStatus(status.Header.MemberId, status.Leader, status.Version, status.DbSize, status.Header.Revision);
        }
        catch (Exception failed) when (failed is RpcException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Gives the space of what was compacted back to the disk. The member answers nothing meanwhile: one at a time, its leader last.</summary>
    /// <exception cref="StoreSilent">It did not do it in time.</exception>
    public Task Defragment(Uri endpoint, CancellationToken cancellation) => Work("defragmenting", endpoint, LongWork, cancellation, async (member, ending) =>
        await member.Maintenance.DefragmentAsync(new DefragmentRequest(), cancellationToken: ending));

    /// <summary>All that the member holds, as `etcdctl snapshot restore` takes it: etcd itself puts a checksum at the end.</summary>
    /// <exception cref="StoreSilent">It did not give it in time.</exception>
    public Task Snapshot(Uri endpoint, Stream to, CancellationToken cancellation) => Work("a snapshot", endpoint, LongWork, cancellation, async (member, ending) =>
    {
        using var call = member.Maintenance.Snapshot(new SnapshotRequest(), cancellationToken: ending);
        await foreach (var part in call.ResponseStream.ReadAllAsync(ending))
            await to.WriteAsync(part.Blob.Memory, ending);
    });

    /// <summary>Asked of the leader itself; the other must follow it closely.</summary>
    /// <exception cref="StoreSilent">It did not do it in time.</exception>
    public Task MoveLeader(Uri leader, ulong to, CancellationToken cancellation) => Work("a change of leader", leader, TimeSpan.FromSeconds(5), cancellation, async (member, ending) =>
        await member.Maintenance.MoveLeaderAsync(new MoveLeaderRequest { TargetId = to }, cancellationToken: ending));

    async Task Work(string what, Uri endpoint, TimeSpan within, CancellationToken cancellation, Func<EtcdMember, CancellationToken, Task> work)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(within);
        try
        {
            await work(Member(endpoint), late.Token);
        }
        catch (Exception failed) when (failed is RpcException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new StoreSilent($"{what} of etcd at {endpoint.Authority}: {(failed is RpcException refused ? refused.Status.Detail : $"not done within {within.TotalSeconds:0} s")}");
        }
    }

    async Task<EtcdPeer?> Known(Uri peerAddress, CancellationToken cancellation) =>
        (await Peers(cancellation)).FirstOrDefault(peer => peer.PeerAddresses.Contains(peerAddress));

    EtcdMember Member(Uri endpoint) => members.Find(endpoint) ?? throw new ArgumentException($"{endpoint} is no member's address", nameof(endpoint));

    static EtcdPeer Peer(Member member) => new(member.Id, member.Name, [.. member.PeerUrls.Select(url => new Uri(url))], [.. member.ClientUrls.Select(url => new Uri(url))], member.IsLearner);
}
