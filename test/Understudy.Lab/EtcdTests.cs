using System.Diagnostics;
using Understudy.Decisions.Fleet;
using Understudy.Fleet;
using Understudy.State;
using Understudy.State.Etcd;

namespace Understudy.Lab;

/// <summary>The fleet's store while its members fail: no call outlives its deadline, no watch is silent unnoticed, no write is lost or done twice.</summary>
public class EtcdTests
{
    /// <summary>A call's deadline, and what a loaded machine adds.</summary>
    static readonly TimeSpan CallEnds = new HedgeRules().Within + 1.Seconds();

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_leader_and_a_frozen_one_cost_no_write_and_no_news()
    {
        await using var etcd = await EtcdServers.Start(3);
        await using var load = new StoreLoad(etcd.Client());
        await load.GoesOn(20, 10.Seconds());
        var frozen = await etcd.Leader();
        frozen.Freeze();
        await load.GoesOn(50, 10.Seconds());
        frozen.Thaw();
        await load.GoesOn(50, 10.Seconds());
        var killed = await etcd.Leader();
        killed.Kill();
        await load.GoesOn(50, 10.Seconds());
        killed.Start(etcd.All, existing: true);
        await load.GoesOn(50, 10.Seconds());
        await load.EachWasToldOnce();
        Assert.InRange(load.Longest, TimeSpan.Zero, CallEnds);
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_is_found_by_its_nonce_and_not_done_again()
    {
        await using var etcd = await EtcdServers.Start(1);
        using var relay = new DeafRelay(etcd.All[0].Client);
        var store = etcd.Client(relay.Address, etcd.All[0].Client);
        var first = Assert.IsType<StoreCommit.Done>(await store.Commit(new StoreTransaction().Put("count", "1"), Ending));
        relay.Deaf = true;
        var before = TimeProvider.System.GetTimestamp();
        var second = Assert.IsType<StoreCommit.Done>(await store.Commit(new StoreTransaction().When("count", first.Revision).Put("count", "2"), Ending));
        Assert.True(relay.SwallowedBytes > 0, "the answer was not lost");
        Assert.Equal(first.Revision + 1, second.Revision);
        Assert.InRange(second.SentAt, before, before + (TimeSpan.FromMilliseconds(140).Ticks * TimeProvider.System.TimestampFrequency / TimeSpan.TicksPerSecond));
        Assert.Equal(("2", second.Revision), await store.Get("count", Ending) is { } entry ? (entry.Text, entry.Changed) : default);
    }

    [Fact]
    public async Task A_refused_write_that_was_sent_twice_does_not_come_true_later()
    {
        await using var etcd = await EtcdServers.Start(1);
        using var relay = new DeafRelay(etcd.All[0].Client);
        var store = etcd.Client(relay.Address, etcd.All[0].Client);
        var there = Assert.IsType<StoreCommit.Done>(await store.Commit(new StoreTransaction().Put("role", "taken"), Ending));
        relay.Deaf = true;
        Assert.IsType<StoreCommit.Refused>(await store.Commit(new StoreTransaction().WhenAbsent("role").Put("role", "mine"), Ending));
        var revision = (await store.List("", null, Ending))!.Revision;
        Assert.True(revision > there.Revision, "the other attempt could still be committed");
        Assert.Equal("taken", (await store.Get("role", Ending))!.Text);
    }

    [Fact]
    public async Task With_every_member_frozen_calls_end_and_the_watch_says_that_it_is_stale()
    {
        await using var etcd = await EtcdServers.Start(3);
        var store = etcd.Client();
        var first = Assert.IsType<StoreCommit.Done>(await store.Commit(new StoreTransaction().Put("a", "1"), Ending));
        await using var watch = store.Watch("", first.Revision, Ending).GetAsyncEnumerator(Ending);
        var next = watch.MoveNextAsync().AsTask();
        foreach (var server in etcd.All)
            server.Freeze();
        var clock = Stopwatch.StartNew();
        Assert.IsType<StoreCommit.Unknown>(await store.Commit(new StoreTransaction().When("a", first.Revision).Put("a", "2"), Ending));
        Assert.InRange(clock.Elapsed, new HedgeRules().Within, CallEnds);
        await Assert.ThrowsAsync<StoreSilent>(() => store.Get("a", Ending).WaitAsync(CallEnds, Ending));
        Assert.True(await next.WaitAsync(new WatchRules().Stale + 1.Seconds(), Ending));
        Assert.IsType<StoreNews.Stale>(watch.Current);
        next = watch.MoveNextAsync().AsTask();
        foreach (var server in etcd.All)
            server.Thaw();
        Assert.True(await next.WaitAsync(10.Seconds(), Ending));
        Assert.IsType<StoreNews.Fresh>(watch.Current);
        StoreCommit answer = new StoreCommit.Unknown("");
        await Eventually.Until("it writes again", 10.Seconds(), async () => (answer = await store.Commit(new StoreTransaction().Put("b", "1"), Ending)) is StoreCommit.Done);
        // What was unknown may have come true meanwhile; then it is told, and before what came after it.
        var done = (StoreCommit.Done)answer;
        while (watch.Current.Revision < done.Revision)
            Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(10.Seconds(), Ending));
        Assert.Equal(done.Revision, watch.Current.Revision);
    }

    [Fact]
    public async Task Who_was_cut_off_across_a_compaction_gets_the_list_anew()
    {
        await using var etcd = await EtcdServers.Start(3);
        var (cutOff, other) = (etcd.Client(), etcd.Client());
        var first = Assert.IsType<StoreCommit.Done>(await other.Commit(new StoreTransaction().Put("a/gone", "1").Put("a/kept", "1"), Ending));
        await using var watch = cutOff.Watch("a/", first.Revision, Ending).GetAsyncEnumerator(Ending);
        var next = watch.MoveNextAsync().AsTask();
        cutOff.Cluster.Reach([new Uri($"http://127.0.0.1:{Kernel.FreePort()}")]);
        Assert.True(await next.WaitAsync(10.Seconds(), Ending));
        Assert.IsType<StoreNews.Stale>(watch.Current);
        await other.Commit(new StoreTransaction().Delete("a/gone"), Ending);
        var last = Assert.IsType<StoreCommit.Done>(await other.Commit(new StoreTransaction().Put("a/new", "1"), Ending));
        await other.Compact(last.Revision, Ending);
        cutOff.Cluster.Reach(etcd.Endpoints);
        while (watch.Current is not StoreNews.Listed)
            Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(10.Seconds(), Ending));
        Assert.Equal(["a/kept", "a/new"], ((StoreNews.Listed)watch.Current).Entries.Select(entry => entry.Key));
        var more = Assert.IsType<StoreCommit.Done>(await other.Commit(new StoreTransaction().Put("a/more", "1"), Ending));
        do
            Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(10.Seconds(), Ending));
        while (watch.Current is not StoreNews.Changed);
        Assert.Equal(more.Revision, watch.Current.Revision);
    }

    [Fact]
    public async Task A_member_is_replaced_under_load()
    {
        await using var etcd = await EtcdServers.Start(3);
        var store = etcd.Client();
        await using var load = new StoreLoad(store);
        await load.GoesOn(20, 10.Seconds());
        var dead = await etcd.Leader();
        dead.Kill();
        await load.GoesOn(20, 10.Seconds());
        var peers = await store.Cluster.Peers(Ending);
        var id = peers.Single(peer => peer.Name == dead.Name).Id;
        await store.Cluster.Remove(id, Ending);
        await store.Cluster.Remove(id, Ending);
        etcd.Remove(dead);
        var fresh = etcd.Add("replacement");
        // etcd takes no new member while one has not been heard for long enough.
        EtcdPeer? added = null;
        await Eventually.Until("the new member is taken", 10.Seconds(), async () =>
        {
            try
            {
                added = await store.Cluster.Add(fresh.Peer, Ending);
                return true;
            }
            catch (StoreSilent)
            {
                return false;
            }
        });
        Assert.Equal(added!.Id, (await store.Cluster.Add(fresh.Peer, Ending)).Id);
        fresh.Start(etcd.All, existing: true);
        store.Cluster.Reach([.. etcd.Endpoints.Where(endpoint => endpoint != fresh.Client)], [fresh.Client]);
        await Eventually.Until("the new member follows", 20.Seconds(), async () => await store.Cluster.Status(fresh.Client, 1.Seconds(), Ending) is { Leader: not 0 });
        Assert.True((await store.Cluster.Peers(Ending)).Single(peer => peer.Id == added.Id).IsLearner);
        await Eventually.Until("it has all, and counts", 20.Seconds(), () => store.Cluster.Promote(added.Id, Ending));
        Assert.True(await store.Cluster.Promote(added.Id, Ending));
        store.Cluster.Reach(etcd.Endpoints);
        await load.GoesOn(50, 10.Seconds());
        await load.EachWasToldOnce();
        Assert.InRange(load.Longest, TimeSpan.Zero, CallEnds);
        Assert.Equal(etcd.All.Select(server => server.Name).Order(), (await store.Cluster.Peers(Ending)).Select(peer => peer.Name).Order());
    }

    [Fact, Trait("length", "long")]
    public async Task A_member_that_is_cut_off_or_cut_from_its_peers_costs_no_write_and_no_news()
    {
        await using var etcd = await EtcdServers.StartApart(3);
        await using var load = new StoreLoad(etcd.Client());
        await load.GoesOn(20, 10.Seconds());
        for (var round = 0; round < 2; round++)
        {
            var cut = await etcd.Leader();
            await (round == 0 ? etcd.Cut(cut) : etcd.CutFromPeers(cut));
            await load.GoesOn(100, 20.Seconds());
            await etcd.Heal(cut);
            await load.GoesOn(100, 20.Seconds());
        }
        await load.EachWasToldOnce();
        Assert.InRange(load.Longest, TimeSpan.Zero, CallEnds);
    }

    [Fact]
    public async Task A_cluster_is_kept_up_through_the_client()
    {
        await using var etcd = await EtcdServers.Start(3);
        var store = etcd.Client();
        await store.Commit(new StoreTransaction().Put("a", new byte[100_000]), Ending);
        var leader = await etcd.Leader();
        var other = etcd.All.First(server => server != leader);
        var status = (await store.Cluster.Status(other.Client, 5.Seconds(), Ending))!;
        await store.Cluster.MoveLeader(leader.Client, status.Id, Ending);
        Assert.Equal(other, await etcd.Leader());
        await store.Cluster.Defragment(leader.Client, Ending);
        using var folder = new LabFolder();
        await using (var file = File.Create(folder["snapshot"]))
            await store.Cluster.Snapshot(other.Client, file, Ending);
        await Started.Well(20.Seconds(), "etcdctl", ["snapshot", "restore", folder["snapshot"], "--data-dir", folder["restored"]], env: new Dictionary<string, string> { ["ETCDCTL_API"] = "3" });
        var gone = await Gone(etcd);
        // An end in time, and not the caller's own cancellation, which would end its loop.
        await Assert.ThrowsAsync<StoreSilent>(() => store.Cluster.MoveLeader(gone.Client, status.Id, Ending));
        // A thread of it may answer once more before the signal stops it.
        await Eventually.Until("the frozen one says nothing", 20.Seconds(), async () => await store.Cluster.Status(gone.Client, TimeSpan.FromMilliseconds(300), Ending) is null);
    }

    [Fact]
    public async Task An_etcd_of_the_fleet_takes_the_fleets_hosts_and_nobody_else()
    {
        await using var etcd = await EtcdServers.Start(1);
        using var fleet = FleetAuthority.Make(TimeProvider.System);
        using var others = FleetAuthority.Make(TimeProvider.System);
        var server = etcd.All[0];
        server.Kill();
        server.Secure(fleet, "web-1");
        server.Start(etcd.All);
        using var ours = Join(fleet, "web-2");
        using var theirs = Join(others, "web-2");
        var store = etcd.Client(new EtcdOptions { Endpoints = etcd.Endpoints, Client = "web-2", Tls = () => ours.Client() });
        await Eventually.Until("it takes a write", 20.Seconds(), async () => await store.Commit(new StoreTransaction().Put("a", "1"), Ending) is StoreCommit.Done);
        await using var watch = store.Watch("", null, Ending).GetAsyncEnumerator(Ending);
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(10.Seconds(), Ending));
        var stranger = etcd.Client(new EtcdOptions { Endpoints = etcd.Endpoints, Client = "web-2", Tls = () => theirs.Client() });
        Assert.IsType<StoreCommit.Unknown>(await stranger.Commit(new StoreTransaction().Put("a", "2"), Ending));
        Assert.Equal("1", (await store.Get("a", Ending))!.Text);
    }

    static HostIdentity Join(FleetAuthority fleet, string host)
    {
        var (key, request) = HostIdentity.Ask(host);
        return HostIdentity.Open(fleet.CertificatePem, fleet.Issue(request, host, [], TimeProvider.System), key);
    }

    static async Task<EtcdServer> Gone(EtcdServers etcd)
    {
        var leader = await etcd.Leader();
        leader.Freeze();
        return leader;
    }
}
