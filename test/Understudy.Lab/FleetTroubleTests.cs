using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Understudy.Fleet;
using Understudy.State;

namespace Understudy.Lab;

/// <summary>What goes wrong in fleets on bad days, and who comes and goes meanwhile.</summary>
[Trait("length", "long")]
public class FleetTroubleTests
{
    [Fact]
    public async Task A_member_of_the_store_that_stands_still_for_a_minute_is_in_no_deploys_way()
    {
        await using var lab = await LabHosts.Up(3);
        using var other = new StuntFolder("workers: 1", "STUNT_TAG: one", "other", "domains: [other.test]\ndeploy: {watch: 1s}");
        foreach (var number in (int[])[1, 2, 3])
        {
            // Deployed apps need a user of their own; these tests make none.
            await File.AppendAllTextAsync(lab.Host(number).Paths.AgentConfig, "user: nobody\n", TestContext.Current.CancellationToken);
            await lab.KillAgent(number);
        }
        await lab.Tell("all are heard", [1, 2, 3], hosts => hosts.Count == 3 && hosts.Any(host => host.Role == "leader") && hosts.All(host => host.State == "serving"));
        var leader = lab.HostOf((await lab.Hosts(1)).Single(host => host.Role == "leader").Host);
        var group = Path.Combine(leader.Groups[1], "workers", EtcdKeeper.Id, "cgroup.freeze");
        var deploys = 0;
        await lab.UnderLoad(100, async () =>
        {
            await File.WriteAllTextAsync(group, "1");
            var since = Stopwatch.StartNew();
            while (since.Elapsed < TimeSpan.FromMinutes(1))
            {
                var number = (deploys++ % 3) + 1;
                var (code, output) = await lab.Run(number, "deploy", other.Folder);
                Assert.True(code == 0, output);
                // The rest of the store has a leader, and takes changes.
                var (drained, said) = await lab.Run(number, "drain", $"web-{number}", "--within", "0");
                Assert.True(drained is 0 or 1 && !said.Contains("does not answer", StringComparison.Ordinal), said);
                Assert.Equal(0, (await lab.Run(number, "drain", $"web-{number}", "--undo")).Code);
            }
            await File.WriteAllTextAsync(group, "0");
            await lab.Tell("all keep it again, and all serve both", [1, 2, 3], hosts =>
                hosts.Count(host => host.Role is "leader" or "keeper") == 3 && hosts.All(host => host.State == "serving" && host.Releases.Count == 2));
        });
        Assert.InRange(deploys, 3, int.MaxValue);
    }

    [Fact]
    public async Task A_host_that_was_cut_off_while_the_store_forgot_its_past_knows_all_that_it_missed()
    {
        await using var lab = await LabHosts.Up(3);
        await lab.UnderLoad(100, async () =>
        {
            await lab.Do("cut", "web-3");
            await lab.Sees("web-1", "web-2");
            await lab.Tell("the store is led, and knows who is silent", [1, 2], hosts => hosts.Any(host => host.Role == "leader") && hosts[2].State == "silent");
            for (var change = 0; change < 5; change++)
            {
                Assert.Equal(0, (await lab.Run(1, "drain", "web-2", "--within", "60")).Code);
                Assert.Equal(0, (await lab.Run(2, "drain", "web-2", "--undo")).Code);
            }
            Assert.Equal(0, (await lab.Run(1, "drain", "web-2")).Code);
            using var answer = JsonDocument.Parse(await lab.Etcdctl(1, "get", "none", "--write-out=json"));
            await lab.Etcdctl(1, "compaction", $"{answer.RootElement.GetProperty("header").GetProperty("revision").GetInt64()}");
            await lab.Do("heal", "web-3");
            await lab.Tell("all know the same", [1, 2, 3], hosts => hosts.Select(host => host.State).SequenceEqual(["serving", "drained", "serving"]));
            Assert.Equal(0, (await lab.Run(3, "drain", "web-2", "--undo")).Code);
            await lab.Tell("all know that too", [1, 2, 3], hosts => hosts.All(host => host.State == "serving"));
            await lab.Sees("web-1", "web-2", "web-3");
        });
    }

    [Fact]
    public async Task A_host_that_was_away_until_its_certificate_had_expired_serves_alone_and_joins_again()
    {
        await using var lab = await LabHosts.Up(4);
        var away = (await lab.Hosts(1)).Single(host => host.Role == "host").Host;
        var (host, number) = (lab.HostOf(away), lab.HostOf(away).Name[^1] - '0');
        var asked = number == 1 ? 2 : 1;
        await lab.UnderLoad(100, async () =>
        {
            await lab.Do("kill", away);
            await lab.Tell("it is silent", [asked], hosts => hosts[number - 1].State == "silent");
            // What a week away leaves of its papers; before there was an authority there were none.
            using (var signer = Signer(lab.Host(asked)))
            {
                var (key, request) = HostIdentity.Ask(away);
                FleetPapers.Put(host.Paths, signer.CertificatePem, signer.Issue(request, away, [IPAddress.Parse(host.Address)], new PastTime(TimeSpan.FromDays(7) + TimeSpan.FromMinutes(5))), key);
            }
            await lab.Do("heal", away);
            await Eventually.Until("it says what to do", 60.Seconds(), async () => (await lab.Run(number, "events", "-n", "50")).Output.Contains("has expired, for the host was away for too long", StringComparison.Ordinal));
            Assert.Equal(0, (await lab.Load(number, 50)).Failed);
            Assert.DoesNotContain(away, (await lab.Status())[asked - 1].SeesUp);
            var (code, output) = await lab.Run(number, "join", await lab.Token(asked));
            Assert.True(code == 0, output);
            await lab.Tell("it is back", [1, 2, 3, 4], hosts => hosts.Count == 4 && hosts.All(one => one.State == "serving"));
            await lab.Sees($"web-{asked}", [.. Enumerable.Range(1, 4).Where(one => one != asked).Select(one => $"web-{one}")]);
        }, $"web-{asked}");
    }

    [Theory]
    [InlineData("+1h")]
    [InlineData("-1h")]
    public async Task A_host_whose_clock_is_an_hour_off_is_a_host_like_any_other(string off)
    {
        const string preload = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
        Prerequisite.Needs(File.Exists(preload), "libfaketime is not installed");
        using var folder = new LabFolder();
        var installed = folder["understudy"];
        File.Copy(Repository.Binary, installed);
        await using var lab = await LabHosts.Of(null, installed, 3);
        await lab.UnderLoad(100, async () =>
        {
            await File.WriteAllTextAsync(folder["wrong"], $"""
                #!/bin/sh
                export LD_PRELOAD={preload} FAKETIME={off} FAKETIME_DONT_FAKE_MONOTONIC=1
                exec {Repository.Binary} "$@"
                """);
            File.SetUnixFileMode(folder["wrong"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
            // What the host's supervisor starts from now on; the other verbs go on with what they have.
            File.Move(folder["wrong"], installed, overwrite: true);
            await lab.KillAgent(2);
            File.Copy(Repository.Binary, folder["right"]);
            File.Move(folder["right"], installed, overwrite: true);
            await lab.Tell("its clock is seen to be off", [1, 2, 3], hosts => hosts.All(host => host.State == "serving") && hosts[1].SpokeAt is { } spoke && (spoke - hosts[0].SpokeAt!.Value).Duration() > TimeSpan.FromMinutes(50));
            Assert.Equal(0, (await lab.Run(2, "drain", "web-3")).Code);
            Assert.Equal(0, (await lab.Run(1, "drain", "web-3", "--undo")).Code);
            // Whatever the clocks say, what came first is told first.
            var log = (await lab.Run(3, "events", "--fleet", "-n", "500")).Output;
            Assert.InRange(log.IndexOf("web-3 gets no new requests", StringComparison.Ordinal), 0, log.IndexOf("web-3 gets requests again", StringComparison.Ordinal));
            // A host that joins by it, and one that it lets in.
            await lab.Tell("all keep the store", [1, 2, 3], hosts => hosts.Count(host => host.Role is "leader" or "keeper") == 3);
            await lab.Do("kill", "web-3");
            await lab.Sees("web-1", "web-2");
            await lab.Do("heal", "web-3");
            await lab.Sees("web-1", "web-2", "web-3");
            await lab.Tell("it is heard again", [1, 2, 3], hosts => hosts.Any(host => host.Role == "leader") && hosts.All(host => host.State == "serving"));
            var (code, output) = await lab.Run(3, "drain", "web-3");
            Assert.True(code == 0, output);
            (code, output) = await lab.Run(2, "fleet", "remove", "web-3");
            Assert.True(code == 0, output);
            await Eventually.Until("it is alone", 90.Seconds(), async () => (await lab.Run(3, "hosts")).Output.Contains("in no fleet", StringComparison.Ordinal));
            (code, output) = await lab.Run(3, "join", await lab.Token(2));
            Assert.True(code == 0, output);
            await lab.Tell("it is back", [1, 2, 3], hosts => hosts.Count == 3 && hosts.All(host => host.State == "serving"));
        });
    }

    [Fact]
    public async Task A_host_is_removed_begins_a_fleet_of_its_own_and_comes_back_and_nobody_asking_it_sees_anything()
    {
        await using var lab = await LabHosts.Up(3);
        Assert.Contains("`understudy drain web-3` first", (await lab.Run(1, "fleet", "remove", "web-3")).Output, StringComparison.Ordinal);
        Assert.Contains("is this host", (await lab.Run(1, "fleet", "remove", "web-1")).Output, StringComparison.Ordinal);
        await lab.UnderLoad(100, async () =>
        {
            Assert.Equal(0, (await lab.Run(1, "drain", "web-3")).Code);
            var (code, output) = await lab.Run(1, "fleet", "remove", "web-3");
            Assert.True(code == 0, output);
            await Eventually.Until("it is alone", 90.Seconds(), async () => (await lab.Run(3, "hosts")).Output.Contains("in no fleet", StringComparison.Ordinal));
            // Two hosts keep their store on one of them.
            await Eventually.Until("one keeps it", 120.Seconds(), async () => (await lab.Hosts(1)) is { Count: 2 } left && left.Count(host => host.Role is "leader" or "keeper") == 1);
            Assert.Empty(Directory.EnumerateFiles(lab.Host(3).Paths.Fleet, "*.sealed"));

            // What is in its way changes nothing.
            using (var squatter = new Started("nsenter", [LabNetwork.InNet(lab.Host(3)), "redis-server", "--port", $"{FleetFile.StorePort}", "--bind", lab.Host(3).Address, "--protected-mode", "no", "--save", ""]))
            {
                await Eventually.Until("its port is taken", 20.Seconds(), () => squatter.Output.Contains("Ready to accept connections", StringComparison.Ordinal));
                (code, output) = await lab.Run(3, "fleet", "init", "--address", lab.Host(3).Address);
                Assert.Equal(1, code);
                Assert.Contains("Nothing was changed", output, StringComparison.Ordinal);
            }
            await Eventually.Until("its proxy listens for nobody else's", 60.Seconds(), async () => !(await lab.Run(3, "status")).Output.Contains("hop://", StringComparison.Ordinal));
            Assert.Contains("in no fleet", (await lab.Run(3, "hosts")).Output, StringComparison.Ordinal);

            // In place, while it serves.
            (code, output) = await lab.Run(3, "fleet", "init", "--address", lab.Host(3).Address);
            Assert.True(code == 0, output);
            await Eventually.Until("its proxy listens for others' too", 60.Seconds(), async () => (await lab.Run(3, "status")).Output.Contains("hop://", StringComparison.Ordinal));
            Assert.Contains("is in a fleet already", (await lab.Run(3, "join", await lab.Token(1))).Output, StringComparison.Ordinal);
            Assert.Equal(0, (await lab.Run(3, "fleet", "remove", "web-3")).Code);
            (code, output) = await lab.Run(3, "join", await lab.Token(1));
            Assert.True(code == 0, output);
            await lab.Tell("three keep the store again", [1, 2, 3], hosts => hosts.Count(host => host.Role is "leader" or "keeper") == 3 && hosts.All(host => host.State == "serving"));
            await lab.Sees("web-3", "web-1", "web-2");
        }, "web-3");
    }

    [Fact]
    public async Task A_host_whose_part_of_the_store_cannot_start_costs_the_store_nothing_and_another_gets_its_place()
    {
        await using var lab = await LabHosts.Up(3);
        Assert.Equal(0, (await lab.Run(1, "drain", "web-3")).Code);
        Assert.Equal(0, (await lab.Run(1, "fleet", "remove", "web-3")).Code);
        await Eventually.Until("it is alone, and one of the two keeps the store", 150.Seconds(), async () =>
            (await lab.Run(3, "hosts")).Output.Contains("in no fleet", StringComparison.Ordinal) && (await lab.Hosts(1)) is { Count: 2 } left && left.Count(host => host.Role is "leader" or "keeper") == 1);
        var (keeps, other) = (await lab.Hosts(1))[0].Role == "leader" ? (1, 2) : (2, 1);
        using (var squatter = new Started("nsenter", [LabNetwork.InNet(lab.Host(other)), "redis-server", "--port", $"{FleetFile.StorePeerPort}", "--bind", lab.Host(other).Address, "--protected-mode", "no", "--save", ""]))
        {
            await Eventually.Until("its port is taken", 20.Seconds(), () => squatter.Output.Contains("Ready to accept connections", StringComparison.Ordinal));
            var (code, output) = await lab.Run(3, "join", await lab.Token(keeps));
            Assert.True(code == 0, output);
            var changes = 0;
            await Eventually.Until("web-3 keeps the store", 180.Seconds(), async () =>
            {
                // Which takes every change meanwhile.
                var (_, said) = await lab.Run(keeps, ["drain", "web-3", .. changes++ % 2 == 0 ? (string[])["--within", "0"] : ["--undo"]]);
                Assert.False(said.Contains("does not answer", StringComparison.Ordinal), said);
                return (await lab.Keepers(keeps)) is { Count: 2 } keepers && keepers.Contains("web-3");
            });
            Assert.Contains($"web-{other}", (await lab.Run(keeps, "events", "--fleet", "-n", "500")).Output, StringComparison.Ordinal);
        }
        Assert.Equal(0, (await lab.Run(keeps, "drain", "web-3", "--undo")).Code);
        await lab.Tell("all three keep it", [1, 2, 3], hosts => hosts.Count(host => host.Role is "leader" or "keeper") == 3 && hosts.All(host => host.State == "serving"));
    }

    [Fact]
    public async Task A_host_that_comes_back_with_what_it_kept_before_is_taken_again_once_that_is_gone()
    {
        await using var lab = await LabHosts.Up(4);
        var spare = (await lab.Hosts(1)).Single(host => host.Role == "host").Host;
        var dead = (await lab.Hosts(1)).Last(host => host.Role == "keeper" && host.Host != "web-1").Host;
        var asked = (await lab.Hosts(1)).First(host => host.Host != spare && host.Host != dead).Host[^1] - '0';
        await lab.UnderLoad(100, async () =>
        {
            await lab.Do("kill", dead);
            await Eventually.Until("the spare has its place", 150.Seconds(), async () => (await lab.Keepers(asked)) is { Count: 3 } keepers && keepers.Contains(spare));
            await lab.Do("kill", spare);
            // Until whoever is heard first gets the place at once.
            await Eventually.Until("it is taken for dead", 120.Seconds(), async () => (await lab.Hosts(asked)).Single(host => host.Host == spare) is { State: "silent", SpokeAt: { } spoke }
                && TimeProvider.System.GetUtcNow() - spoke > Decisions.Fleet.MembershipDecision.Dead + FleetHost.BeatEvery);
            await lab.Do("heal", dead);
            await Eventually.Until("it keeps the store again", 150.Seconds(), async () => (await lab.Keepers(asked)) is { Count: 3 } keepers && keepers.Contains(dead));
            await lab.Do("heal", spare);
            await lab.Tell("all are heard", [1, 2, 3, 4], hosts => hosts.Count == 4 && hosts.All(host => host.State == "serving"));
        }, $"web-{asked}");
    }

    [Fact]
    public async Task A_store_of_which_no_member_has_its_disk_left_is_begun_anew_from_a_snapshot()
    {
        await using var lab = await LabHosts.Up(3);
        Assert.Equal(0, (await lab.Run(1, "drain", "web-2")).Code);
        // The first one is taken a minute after the store got its leader.
        string? snapshot = null;
        await Eventually.Until("there is a snapshot", 150.Seconds(), () => (snapshot = Enumerable.Range(1, 3).Select(number => Path.Combine(lab.Host(number).Paths.Fleet, "snapshots")).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.db")).FirstOrDefault()) is not null);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(snapshot!));
        var number = Enumerable.Range(1, 3).Single(one => snapshot!.StartsWith(lab.Host(one).Root, StringComparison.Ordinal));
        foreach (var one in (int[])[1, 2, 3])
            await lab.Do("kill", $"web-{one}");
        foreach (var one in (int[])[1, 2, 3])
            Directory.Delete(Path.Combine(lab.Host(one).Paths.Etcd, "data"), recursive: true);
        await lab.Do("heal", $"web-{number}");
        // Whoever asks it is served all the while.
        await Eventually.Until("it serves", 60.Seconds(), async () => (await lab.Status())[number - 1].State == "serving");
        Assert.Equal(0, (await lab.Load(number, 50)).Failed);
        Assert.Contains("this host keeps nothing of the store", (await lab.Run(number, "fleet", "recover", "--others-are-off")).Output, StringComparison.Ordinal);
        var (code, output) = await lab.Run(number, "fleet", "recover", "--others-are-off", "--from", snapshot!);
        Assert.True(code == 0, output);
        Assert.Equal("drained", (await lab.Hosts(number))[1].State);
        foreach (var one in (int[])[1, 2, 3])
            await lab.Do("heal", $"web-{one}");
        await lab.Tell("three keep it again", [1, 2, 3], hosts => hosts.Count(host => host.Role is "leader" or "keeper") == 3 && hosts.All(host => host.State is "serving" or "drained"));
        Assert.Equal(0, (await lab.Run(1, "drain", "web-2", "--undo")).Code);
    }

    [Fact]
    public async Task WebSockets_and_streams_go_to_other_hosts_too_and_end_with_theirs_alone()
    {
        await using var lab = await LabHosts.Up(3);
        Assert.Equal(0, (await lab.Run(1, "drain", "web-1")).Code);
        Assert.Equal(0, (await lab.Run(1, "drain", "web-2")).Code);
        using var limit = new CancellationTokenSource(180.Seconds());
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{lab.Host(1).Address}/ws"), limit.Token);
        await Echoes("by web-3");
        using var visitor = new HttpClient();
        await using var stream = await visitor.GetStreamAsync($"{lab.Host(1).Url}/sse?ms=200", limit.Token);
        using var reader = new StreamReader(stream);
        Assert.Equal("id: 0", await reader.ReadLineAsync(limit.Token));
        Assert.Equal(0, (await lab.Run(1, "drain", "web-1", "--undo")).Code);
        Assert.Equal(0, (await lab.Run(1, "drain", "web-2", "--undo")).Code);
        // Others come and go, and so do the agents of both ends.
        await lab.Do("kill", "web-2");
        await lab.Sees("web-1", "web-3");
        await lab.KillAgent(1);
        await lab.KillAgent(3);
        await Echoes("still there");
        for (var line = 0; line < 4; line++)
            Assert.NotNull(await reader.ReadLineAsync(limit.Token));

        await lab.Do("freeze", "web-3");
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (await reader.ReadLineAsync(limit.Token) is not null)
            {
            }
            throw new EndOfStreamException();
        });
        var ended = false;
        try
        {
            ended = (await socket.ReceiveAsync(new byte[64], limit.Token)).MessageType == WebSocketMessageType.Close;
        }
        catch (WebSocketException)
        {
            ended = true;
        }
        Assert.True(ended);
        Assert.False(limit.IsCancellationRequested);

        async Task Echoes(string text)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, limit.Token);
            var buffer = new byte[256];
            var got = await socket.ReceiveAsync(buffer, limit.Token);
            Assert.Equal(text, Encoding.UTF8.GetString(buffer, 0, got.Count));
        }
    }

    static FleetAuthority Signer(LabHost host)
    {
        using var papers = FleetPapers.Open(host.Paths, new SecretBox(host.Paths.SecretKey), TimeProvider.System);
        return papers.Signer()!;
    }

    sealed class PastTime(TimeSpan ago) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - ago;
    }
}
