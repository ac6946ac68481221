using Understudy.Fleet;
using Understudy.Linux;

namespace Understudy.Lab;

/// <summary>Hosts that carry each other's requests, each in a network namespace, by `understudy lab`.</summary>
public class FleetTests
{
    [Fact]
    public async Task Three_hosts_serve_together_and_one_that_freezes_or_loses_its_power_fails_no_request()
    {
        await using var lab = await LabHosts.Up(3);
        Assert.All(await lab.Status(), host => Assert.Equal(("serving", 2), (host.State, host.SeesUp.Count)));
        var figures = await lab.UnderLoad(200, async () =>
        {
            await lab.Answered("web-2", 100);
            await lab.Answered("web-3", 100);
            await lab.Do("freeze", "web-2");
            await lab.Sees("web-1", "web-3");
            Assert.Equal("silent", (await lab.Status())[1].State);
            await lab.Do("heal", "web-2");
            await lab.Sees("web-1", "web-2", "web-3");
            await lab.Do("kill", "web-3");
            await lab.Sees("web-1", "web-2");
            Assert.Equal("off", (await lab.Status())[2].State);
            await lab.Do("heal", "web-3");
            await lab.Sees("web-1", "web-2", "web-3");
            // Without its store a host serves as before, and can change nothing.
            await lab.Do("cut-etcd", "web-1");
            await Eventually.Until("it says that the store is silent", 30.Seconds(), async () => (await lab.Run(1, "hosts")).Output.Contains("store is silent", StringComparison.Ordinal));
            await lab.Sees("web-1", "web-2", "web-3");
            Assert.Equal(1, (await lab.Run(1, "drain", "web-3")).Code);
            await lab.Do("heal", "web-1");
        });
        Assert.InRange(figures.Requests, 500, int.MaxValue);
        await lab.Down();
        Assert.Empty(Left(lab));
    }

    [Fact]
    public async Task A_fleet_forms_itself_its_hosts_share_a_log_and_one_is_drained_and_taken_back_without_a_lost_request()
    {
        await using var lab = await LabHosts.Up(3);
        var hosts = await lab.Hosts(2);
        Assert.Equal(("web-1 web-2 web-3", "keeper keeper leader"), (string.Join(' ', hosts.Select(host => host.Host)), string.Join(' ', hosts.Select(host => host.Role).Order(StringComparer.Ordinal))));
        Assert.All(hosts, host => Assert.Equal(("serving", "stunt local", Product.Version), (host.State, Assert.Single(host.Releases), host.Version)));

        await lab.UnderLoad(100, async () =>
        {
            await lab.Answered("web-2", 50);
            Assert.Equal(0, (await lab.Run(3, "drain", "web-2")).Code);
            Assert.Equal("drained", (await lab.Hosts(1))[1].State);
            var before = (await lab.Status())[1].Requests;
            await lab.Answered("web-3", (await lab.Status())[2].Requests + 100);
            Assert.Equal(before, (await lab.Status())[1].Requests);
            // Its own clients' go to the others.
            Assert.Equal(0, (await lab.Load(2, 100)).Failed);
            Assert.Equal(before, (await lab.Status())[1].Requests);
            Assert.Equal(0, (await lab.Run(1, "drain", "web-2", "--undo")).Code);
            await lab.Answered("web-2", before + 50);
        });
        Assert.Equal(0, (await lab.Run(1, "drain", "web-2")).Code);
        Assert.Equal(0, (await lab.Run(1, "drain", "web-3")).Code);
        Assert.Contains("no other host would be left", (await lab.Run(1, "drain", "web-1")).Output, StringComparison.Ordinal);

        var log = (await lab.Run(3, "events", "--fleet", "-n", "500")).Output;
        Assert.Contains("web-1", log, StringComparison.Ordinal);
        Assert.Contains("web-2 gets no new requests", log, StringComparison.Ordinal);
        Assert.True(log.IndexOf("web-2 (", StringComparison.Ordinal) < log.IndexOf("web-2 gets no new requests", StringComparison.Ordinal), log);
        Assert.Contains("a change reached all 50", (await lab.Crowd(50, 3)), StringComparison.Ordinal);
        Assert.Contains("is in a fleet already", (await lab.Run(2, "join", (await lab.Token(1)))).Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("length", "long")]
    public async Task A_dead_keepers_place_goes_to_a_host_that_has_none_and_a_lost_disk_is_no_matter()
    {
        await using var lab = await LabHosts.Up(4);
        var spare = (await lab.Hosts(1)).Single(host => host.Role == "host").Host;
        var dead = (await lab.Hosts(1)).First(host => host.Role == "keeper" && host.Host != "web-1");
        await lab.UnderLoad(100, async () =>
        {
            await lab.Do("kill", dead.Host);
            await lab.Keep("web-1", 120.Seconds(), ["web-1", .. new[] { "web-2", "web-3", "web-4" }.Where(host => host != dead.Host)]);
            Assert.Contains(spare, await lab.Keepers(1));
            await lab.Do("heal", dead.Host);
            await Eventually.Until("it is back, without a part of the store", 60.Seconds(), async () =>
                (await lab.Hosts(1)).Single(host => host.Host == dead.Host) is { State: "serving", Role: "host" } && !Directory.Exists(Path.Combine(lab.HostOf(dead.Host).Paths.Etcd, "data", "member")));

            // The spare's disk is emptied while it is off.
            await lab.Do("kill", spare);
            Directory.Delete(Path.Combine(lab.HostOf(spare).Paths.Etcd, "data"), recursive: true);
            await lab.Do("heal", spare);
            await Eventually.Until("three keep it again", 120.Seconds(), async () => (await lab.Keepers(1)).Count == 3 && (await lab.Hosts(1)).All(host => host.State == "serving"));
        });
        Assert.Contains("etcd.", (await lab.Run(1, "events", "--fleet", "-n", "500")).Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("length", "long")]
    public async Task Two_keepers_lost_or_all_power_gone_the_fleet_comes_back_by_itself()
    {
        await using var lab = await LabHosts.Up(3);
        await lab.UnderLoad(100, async () =>
        {
            await lab.Do("kill", "web-2");
            await lab.Do("kill", "web-3");
            await Eventually.Until("the store is silent", 60.Seconds(), async () => (await lab.Run(1, "hosts")).Output.Contains("store is silent", StringComparison.Ordinal));
            await lab.Answered("web-1", (await lab.Status())[0].Requests + 100);
            await lab.Do("heal", "web-2");
            await lab.Do("heal", "web-3");
            await lab.Sees("web-1", "web-2", "web-3");
        });
        await Eventually.Until("all are heard", 60.Seconds(), async () => (await lab.Hosts(1)).All(host => host.State == "serving"));
        foreach (var host in (string[])["web-1", "web-2", "web-3"])
            await lab.Do("kill", host);
        foreach (var host in (string[])["web-3", "web-2", "web-1"])
            await lab.Do("heal", host);
        await lab.Sees("web-1", "web-2", "web-3");
        await Eventually.Until("the store answers", 60.Seconds(), async () => (await lab.Keepers(1)).Count == 3 && (await lab.Run(1, "drain", "web-2")).Code == 0);
    }

    [Fact]
    [Trait("length", "long")]
    public async Task Two_hosts_and_a_witness_lose_one_and_keep_their_store()
    {
        await using var lab = await LabHosts.Up(2, "--witness");
        Assert.Equal("witness", (await lab.Hosts(1))[2].Role);
        Assert.Equal(3, (await lab.Keepers(1)).Count);
        await lab.UnderLoad(100, async () =>
        {
            await lab.Answered("web-2", 50);
            await lab.Do("kill", "web-2");
            await lab.Sees("web-1");
            await Eventually.Until("the store answers and says that it is silent", 60.Seconds(), async () => (await lab.Hosts(1))[1].State == "silent");
            await lab.Do("heal", "web-2");
            await lab.Sees("web-1", "web-2");
        });
        // The witness takes no requests, and nobody gives it any.
        Assert.DoesNotContain("web-3", (await lab.Status())[0].SeesUp);
    }

    [Fact]
    [Trait("length", "long")]
    public async Task A_store_that_lost_most_of_its_keepers_is_begun_anew_and_those_that_come_back_take_the_new_one()
    {
        await using var lab = await LabHosts.Up(3);
        Assert.Contains("the fleet's store answers", (await lab.Run(1, "fleet", "recover", "--others-are-off")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await lab.Run(1, "drain", "web-2")).Code);
        await lab.UnderLoad(100, async () =>
        {
            await lab.Do("kill", "web-2");
            await lab.Do("kill", "web-3");
            await Eventually.Until("the store is silent", 60.Seconds(), async () => (await lab.Run(1, "hosts")).Output.Contains("store is silent", StringComparison.Ordinal));
            Assert.Equal(2, (await lab.Run(1, "fleet", "recover")).Code);
            var (code, output) = await lab.Run(1, "fleet", "recover", "--others-are-off");
            Assert.True(code == 0, output);
            // What was in it is in it.
            Assert.Equal("drained", (await lab.Hosts(1))[1].State);
            Assert.Equal(0, (await lab.Run(1, "drain", "web-2", "--undo")).Code);
            await lab.Do("heal", "web-2");
            await lab.Do("heal", "web-3");
            await Eventually.Until("three keep it again", 150.Seconds(), async () => (await lab.Keepers(1)).Count == 3 && (await lab.Hosts(2)).All(host => host.State == "serving"));
            await lab.Sees("web-1", "web-2", "web-3");
        });
        // Each looks at the list by itself, a while after it has changed.
        foreach (var asked in new[] { "web-2", "web-3" }) await lab.Keep(asked, 60.Seconds(), ["web-1", "web-2", "web-3"]);
    }

    [Theory]
    [Trait("length", "long")]
    [InlineData("cut")]
    [InlineData("one-way")]
    public async Task A_host_off_the_network_fails_no_request_of_another_and_comes_back(string fault)
    {
        await using var lab = await LabHosts.Up(3);
        await lab.UnderLoad(200, async () =>
        {
            await lab.Answered("web-2", 100);
            await lab.Do(fault, "web-2");
            await lab.Sees("web-1", "web-3");
            // It runs, and knows that it is alone.
            await lab.Sees("web-2");
            await lab.Do("heal", "web-2");
            await lab.Sees("web-1", "web-2", "web-3");
        });
    }

    [Fact]
    [Trait("length", "long")]
    public async Task A_starved_host_gets_less_and_fails_no_request()
    {
        await using var lab = await LabHosts.Up(3);
        await lab.UnderLoad(200, async () =>
        {
            await lab.Do("starve", "web-2");
            var before = (await lab.Status()).Select(host => host.Requests).ToList();
            await lab.Answered("web-3", before[2] + 400);
            var since = (await lab.Status()).Select((host, at) => host.Requests - before[at]).ToList();
            Assert.True(since[1] < since[2], $"the starved one got {since[1]}, another {since[2]}");
            await lab.Do("heal", "web-2");
            await lab.Answered("web-2", (await lab.Status())[1].Requests + 100);
        });
    }

    [Fact]
    [Trait("length", "long")]
    public async Task An_agent_that_is_killed_is_back_at_once_and_a_crashed_labs_leftovers_are_cleaned_by_the_next()
    {
        await using var lab = await LabHosts.Up(2, "--with", "redis");
        await lab.UnderLoad(100, async () =>
        {
            await lab.Answered("web-2", 50);
            await lab.KillAgent(2);
        });
        foreach (var number in (int[])[1, 2])
            await LabProcesses.Kill(lab.Host(number));
        Assert.NotEmpty(Left(lab));
        // Its Redis too, which would have the port.
        await lab.Again(3, "--with", "redis");
        await lab.Sees("web-1", "web-2", "web-3");
    }

    /// <summary>All that is there of a lab, by its names.</summary>
    static List<string> Left(LabHosts lab)
    {
        var place = new LabPlace(lab.State);
        var found = new List<string>();
        foreach (var folder in (string[])["/sys/class/net", "/run/netns", Path.GetDirectoryName(place.Cgroup)!])
        {
            if (Directory.Exists(folder))
                found.AddRange(Directory.EnumerateFileSystemEntries(folder).Where(path => path.Contains(place.Bridge, StringComparison.Ordinal) || path == place.Cgroup));
        }
        found.AddRange(Enumerable.Range(1, 3).Select(number => Path.Combine(Path.GetDirectoryName(place.Cgroup)!, Ownership.GroupPrefix + Ownership.KeyOf(place.Host(number).Paths))).Where(Directory.Exists));
        if (Directory.Exists(lab.State))
            found.Add(lab.State);
        return found;
    }
}
