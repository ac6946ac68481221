using System.Globalization;
using Understudy.Decisions.Fleet;
using Understudy.Linux;
using Understudy.State;
using Understudy.State.Etcd;

namespace Understudy.Fleet;

/// <summary>What the host of the store's leader does for all: who keeps the store, who is silent, and the store's upkeep.</summary>
sealed class StoreTending(Paths paths, EtcdStore store, EventLog events, TimeProvider time)
{
    /// <summary>Hosts of which nothing is heard, by name; who reads it need not follow every beat.</summary>
    public const string SilentFolder = "fleet/silent/";

    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    static readonly TimeSpan KeepUpEvery = TimeSpan.FromHours(1);

    /// <summary>A smaller one is not worth it: the member answers nothing meanwhile.</summary>
    const long DefragmentAbove = 64 << 20;

    /// <summary>So long a host whose etcd did not start comes after the others.</summary>
    static readonly TimeSpan FailedFor = TimeSpan.FromMinutes(10);

    const int SnapshotsKept = 5;

    readonly Dictionary<string, (long Revision, TimeSpan At, bool Renewed)> _beats = [];
    TimeSpan? _since;
    TimeSpan _looked;
    TimeSpan _keptUp;
    (ulong Id, TimeSpan Since)? _fresh;
    readonly Dictionary<string, TimeSpan> _failed = [];

    /// <summary>It is not this host's to do any more, and begins anew when it is.</summary>
    public void Rest() => _since = null;

    public async Task Turn(IReadOnlyList<EtcdPeer> members, ulong leader, HostRegistry registry, CancellationToken cancellation)
    {
        var hosts = registry.Hosts;
        var now = BootClock.Now;
        if (_since is null)
        {
            _beats.Clear();
            // Right after a change of leader is no time to copy a store.
            (_since, _keptUp) = (now, now - KeepUpEvery + TimeSpan.FromMinutes(1));
        }
        if (now - _looked < LookEvery)
            return;
        _looked = now;
        await Hear(now, cancellation);
        await TellSilent(hosts, now, cancellation);
        // Who has only just begun to listen has heard nobody yet.
        if (now - _since >= MembershipDecision.Heard || hosts.All(host => _beats.GetValueOrDefault(host.Host).Renewed))
            await Decide(members, leader, hosts, registry.Removed, now, cancellation);
        if (now - _keptUp >= KeepUpEvery && Upkeep.IsCompleted)
        {
            _keptUp = now;
            Upkeep = KeepUp([.. members.Where(member => !member.IsLearner).OrderByDescending(member => member.Id == leader)], cancellation);
        }
    }

    /// <summary>The store's upkeep where it is going on: it may take minutes, and nothing waits for it.</summary>
    public Task Upkeep { get; private set; } = Task.CompletedTask;

    /// <summary>By this host's own clock: a beat is news when it was written anew.</summary>
    async Task Hear(TimeSpan now, CancellationToken cancellation)
    {
        foreach (var entry in (await store.List(HostBeat.Folder, null, cancellation))!.Entries)
        {
            var host = entry.Key[HostBeat.Folder.Length..];
            if (!_beats.TryGetValue(host, out var known) || known.Revision != entry.Changed)
                _beats[host] = (entry.Changed, now, known.Revision != 0);
        }
    }

    TimeSpan Silent(string host, TimeSpan now) => now - (_beats.TryGetValue(host, out var beat) ? beat.At : _since!.Value);

    async Task TellSilent(IReadOnlyList<HostRecord> hosts, TimeSpan now, CancellationToken cancellation)
    {
        if (now - _since < MembershipDecision.Heard)
            return;
        var told = (await store.List(SilentFolder, null, cancellation))!.Entries.ToDictionary(entry => entry.Key[SilentFolder.Length..]);
        foreach (var host in hosts)
        {
            var silent = Silent(host.Host, now) >= MembershipDecision.Heard;
            if (silent && !told.ContainsKey(host.Host))
            {
                await store.Commit(new StoreTransaction().Put(SilentFolder + host.Host, time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)), cancellation);
                events.Add("host.silent", $"nothing was heard of {host.Host} ({host.Address}) for {MembershipDecision.Heard.TotalSeconds:0} s");
            }
            else if (!silent && told.TryGetValue(host.Host, out var entry))
            {
                await store.Commit(new StoreTransaction().When(entry).Delete(entry.Key), cancellation);
                events.Add("host.heard", $"{host.Host} ({host.Address}) is heard again");
            }
        }
        foreach (var (gone, entry) in told.Where(one => hosts.All(host => host.Host != one.Key)))
        {
            await store.Commit(new StoreTransaction().When(entry).Delete(entry.Key), cancellation);
            _beats.Remove(gone);
        }
    }

    async Task Decide(IReadOnlyList<EtcdPeer> members, ulong leader, IReadOnlyList<HostRecord> hosts, IReadOnlyDictionary<string, RemovalRecord> removed, TimeSpan now, CancellationToken cancellation)
    {
        var sights = hosts.Select(host => new StoreHost(
            host.Host, PeerAddress(host.Address), host.Etcd is not null, host.Witness, Silent(host.Host, now), Failed: now - _failed.GetValueOrDefault(PeerAddress(host.Address), TimeSpan.MinValue / 2) < FailedFor, HasData: host.HasData))
            .Concat(removed.Select(one => new StoreHost(one.Key, PeerAddress(one.Value.Address), CanHold: false, Witness: false, Silent(one.Key, now), Removed: true))).ToList();
        var list = InOrder(members);
        // What is asked for every few seconds may lack what was just done.
        if (MembershipDecision.Next(list, sights, default) is not MembershipStep.Stay)
            list = InOrder(await store.Cluster.Peers(cancellation));
        _fresh = list.FirstOrDefault(member => member.IsLearner || !member.HasStarted) is { } waiting ? _fresh is { } known && known.Id == waiting.Id ? known : (waiting.Id, now) : null;
        switch (MembershipDecision.Next(list, sights, _fresh is { } fresh ? now - fresh.Since : TimeSpan.Zero))
        {
            case MembershipStep.Add { Host: var host }:
                await store.Cluster.Add(new Uri(host.PeerAddress), cancellation);
                events.Add("etcd.added", $"{host.Name} is to keep the fleet's store too: it has {list.Count} members so far");
                break;
            case MembershipStep.Promote { Member: var member }:
                if (await store.Cluster.Promote(member.Id, cancellation))
                    events.Add("etcd.promoted", $"{member.Name} has all that the fleet's store holds, and keeps it from now on");
                break;
            case MembershipStep.Remove { Member: var member, Reason: var reason }:
                await store.Cluster.Remove(member.Id, cancellation);
                if (member.IsLearner || !member.HasStarted)
                    _failed[member.PeerAddress] = now;
                events.Add("etcd.removed", $"{(member.HasStarted ? member.Name : member.PeerAddress)} keeps the fleet's store no more: {reason}");
                break;
        }

        List<StoreMember> InOrder(IReadOnlyList<EtcdPeer> peers) => [.. peers.OrderByDescending(peer => peer.Id == leader).ThenBy(peer => peer.Name, StringComparer.Ordinal).Select(StoreSeat.Member)];
    }

    static string PeerAddress(string host) => $"https://{FleetFile.At(host, FleetFile.StorePeerPort)}";

    async Task KeepUp(IReadOnlyList<EtcdPeer> members, CancellationToken cancellation)
    {
        try
        {
            await Snapshot(members[0].ClientAddresses[0], cancellation);
            // One after the other; each is back before the next, and the leader comes last.
            foreach (var address in members.SelectMany(member => member.ClientAddresses.Take(1)).Reverse())
            {
                if (await store.Cluster.Status(address, TimeSpan.FromSeconds(1), cancellation) is { Bytes: > DefragmentAbove })
                    await store.Cluster.Defragment(address, cancellation);
            }
        }
        catch (Exception bug)
        {
            if (!cancellation.IsCancellationRequested)
                events.Trouble("the upkeep of the fleet's store", bug);
        }
    }

    async Task Snapshot(Uri member, CancellationToken cancellation)
    {
        var folder = Path.Combine(paths.Fleet, "snapshots");
        Files.MakePrivateFolder(folder);
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd-HHmmss}.db"));
        await using (var file = new FileStream(path + ".new", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            await store.Cluster.Snapshot(member, file, cancellation);
        File.Move(path + ".new", path, overwrite: true);
        foreach (var old in Directory.GetFiles(folder, "*.db").Order(StringComparer.Ordinal).SkipLast(SnapshotsKept))
            File.Delete(old);
    }
}
