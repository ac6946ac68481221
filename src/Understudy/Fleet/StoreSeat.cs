using Grpc.Core;
using Understudy.Decisions.Fleet;
using Understudy.Linux;
using Understudy.State;
using Understudy.State.Etcd;

namespace Understudy.Fleet;

/// <summary>This host's part of the fleet's store: looks at who keeps it, and does what <see cref="SeatDecision"/> says.</summary>
sealed class StoreSeat(Paths paths, EtcdKeeper keeper, EtcdStore store, EventLog events)
{
    /// <summary>The cluster's list is asked for so often; at once while something of this host is on its way.</summary>
    static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(3);

    static readonly TimeSpan StatusWithin = TimeSpan.FromMilliseconds(500);

    TimeSpan? _outSince;
    TimeSpan _asked;
    IReadOnlyList<EtcdPeer>? _peers;
    bool _epochIsKnown;

    /// <summary>The members, as last listed. Null: nothing answers.</summary>
    public IReadOnlyList<EtcdPeer>? Members => _peers;

    /// <summary>This host's own member, as it last answered. Null: it does not answer, or there is none.</summary>
    public EtcdStatus? Own { get; private set; }

    /// <summary>The member that leads, as this host's own says, or where it has none another. 0: not known.</summary>
    public ulong Leader { get; private set; }

    public bool Leads => Own is { } own && own.Id == own.Leader;

    /// <summary>One look, and what follows from it. Returns what this host is in the fleet from now on.</summary>
    public async Task<FleetFile> Turn(FleetFile fleet, CancellationToken cancellation)
    {
        var running = keeper.Running;
        if (running)
            Own = await Status(fleet.StoreAddress, cancellation);
        else
            Own = null;
        keeper.Observe(Own is not null);
        if (BootClock.Now - _asked >= AskEvery || _peers is null || (running && Own is null))
        {
            _asked = BootClock.Now;
            _peers = await Peers(cancellation);
            await AskWhoLeads(cancellation);
        }
        Leader = Own?.Leader ?? Leader;
        fleet = Follow(fleet);
        var step = SeatDecision.Next(Sight(fleet, running));
        AsksForEpoch = step == SeatStep.Join && !_epochIsKnown;
        if (step != SeatStep.Stay && !AsksForEpoch)
            await Do(step, fleet, cancellation);
        return fleet;
    }

    /// <summary>It is to join, and waits for <see cref="KnowEpoch"/>: with an older epoch it would take what it is given now for what it kept before.</summary>
    public bool AsksForEpoch { get; private set; }

    public void KnowEpoch() => _epochIsKnown = true;

    /// <summary>The store is another one from here on, kept by others.</summary>
    public void Forget(FleetFile fleet)
    {
        (_peers, _outSince, Own) = (null, null, null);
        store.Cluster.Reach([.. fleet.Keepers.Select(FleetFile.StoreAddressOf)]);
    }

    async Task AskWhoLeads(CancellationToken cancellation)
    {
        if (Own is not null)
            return;
        foreach (var address in (_peers ?? []).Where(peer => !peer.IsLearner).SelectMany(peer => peer.ClientAddresses))
        {
            if (await Status(address, cancellation) is not { } status)
                continue;
            Leader = status.Leader;
            return;
        }
        Leader = 0;
    }

    SeatSight Sight(FleetFile fleet, bool running)
    {
        var members = _peers?.Select(Member).ToList();
        var isOut = members is not null && members.All(member => member.PeerAddress != Text(fleet.PeerAddress));
        _outSince = isOut ? _outSince ?? BootClock.Now : null;
        return new SeatSight(Text(fleet.PeerAddress), members, _outSince is { } since ? BootClock.Now - since : TimeSpan.Zero, fleet.Founding, keeper.HasData, running);
    }

    async Task Do(SeatStep step, FleetFile fleet, CancellationToken cancellation)
    {
        switch (step)
        {
            case SeatStep.Found:
                keeper.Start(fleet, $"{fleet.Host}={Text(fleet.PeerAddress)}", founding: true);
                break;
            case SeatStep.Start or SeatStep.Join:
                if (keeper.Start(fleet, Cluster(fleet), founding: false))
                    _epochIsKnown = false;
                break;
            case SeatStep.Leave:
                if (!await keeper.Stop())
                    break;
                events.Add("etcd.left", "the fleet's store is kept by others now: this host's etcd is ended, and what it kept is removed");
                keeper.Discard();
                _peers = null;
                break;
            case SeatStep.Resign:
                var own = _peers!.First(peer => Member(peer).PeerAddress == Text(fleet.PeerAddress));
                await store.Cluster.Remove(own.Id, cancellation);
                events.Add("etcd.resigned", "what this host kept of the fleet's store is gone: its membership is given up, to be taken anew");
                _peers = null;
                break;
        }
    }

    /// <summary>Every member as etcd wants them told: the one that has not started has this host's name.</summary>
    string Cluster(FleetFile fleet) => string.Join(',', (_peers ?? []).SelectMany(peer => peer.PeerAddresses.Select(address =>
        $"{(Text(address) == Text(fleet.PeerAddress) ? fleet.Host : peer.Name)}={Text(address)}")));

    /// <summary>Goes on with the members that count, and remembers them for the next start.</summary>
    FleetFile Follow(FleetFile fleet)
    {
        if (_peers is not { } peers || peers.Where(peer => !peer.IsLearner).SelectMany(peer => peer.ClientAddresses).ToList() is not { Count: > 0 } addresses)
            return fleet;
        store.Cluster.Reach(addresses, [.. peers.Where(peer => peer.IsLearner).SelectMany(peer => peer.ClientAddresses)]);
        var keepers = addresses.Select(address => address.Host.Trim('[', ']')).Order(StringComparer.Ordinal).ToList();
        var next = fleet with { Keepers = keepers, Founding = false };
        if (fleet.Founding || !fleet.Keepers.SequenceEqual(keepers))
            next.Write(paths);
        return next;
    }

    async Task<EtcdStatus?> Status(Uri address, CancellationToken cancellation)
    {
        try
        {
            return await store.Cluster.Status(address, StatusWithin, cancellation);
        }
        // It is not reached as a member yet.
        catch (ArgumentException)
        {
            return null;
        }
    }

    async Task<IReadOnlyList<EtcdPeer>?> Peers(CancellationToken cancellation)
    {
        try
        {
            return await store.Cluster.Peers(cancellation);
        }
        catch (Exception silent) when (silent is StoreSilent or RpcException)
        {
            return null;
        }
    }

    public static StoreMember Member(EtcdPeer peer) => new(peer.Id, peer.Name, peer.PeerAddresses is [var first, ..] ? Text(first) : "", peer.IsLearner);

    public static string Text(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
