namespace Understudy.Lab;

/// <summary>Understudy itself replaced by another version, one host after the other, in a fleet that serves.</summary>
[Trait("length", "long")]
public sealed class FleetUpgradeTests : IDisposable
{
    const string Newer = "9.9.9";

    readonly LabFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Hosts_of_two_versions_serve_together_and_no_request_is_lost_on_the_way()
    {
        var newer = Path.Combine(_folder["build"], "understudy");
        await Started.Well(400.Seconds(), "dotnet", ["publish", Path.Combine(Repository.Root, "src/Understudy"), "-c", "Release", "-o", _folder["build"], $"-p:Version={Newer}", "-m:1", "-nodeReuse:false", "--tl:off"]);
        var installed = _folder["understudy"];
        // Another that is named so runs instead, as the one before the last release.
        File.Copy(Environment.GetEnvironmentVariable("UNDERSTUDY_OLDER") ?? Repository.Binary, installed);
        await using var lab = await LabHosts.Of(null, installed, 3);
        var older = (await lab.Hosts(1))[0].Version;
        Assert.NotEqual(Newer, older);

        await lab.UnderLoad(200, async () =>
        {
            await lab.Answered("web-2", 50);
            // As a package puts it there: those that run keep the file that they have.
            File.Move(newer, installed, overwrite: true);
            await Upgrade(3);
            await lab.Tell("one is newer", [1, 2, 3], hosts => hosts.Select(host => host.Version).SequenceEqual([older, older, Newer]));
            // Requests, changes and the store's members go between the two.
            await lab.Answered("web-3", (await lab.Status())[2].Requests + 100);
            Assert.Equal(0, (await lab.Run(1, "drain", "web-3")).Code);
            Assert.Equal(0, (await lab.Run(3, "drain", "web-3", "--undo")).Code);
            Assert.Equal(0, (await lab.Run(3, "drain", "web-2")).Code);
            Assert.Equal(0, (await lab.Run(2, "drain", "web-2", "--undo")).Code);
            await lab.Tell("none is drained", [1, 2, 3], hosts => hosts.All(host => host.State == "serving"));
            await lab.Do("freeze", "web-2");
            await lab.Sees("web-3", "web-1");
            await lab.Do("heal", "web-2");
            await lab.Sees("web-3", "web-1", "web-2");

            await Upgrade(2);
            await Upgrade(1);
            await lab.Tell("all are newer", [1, 2, 3], hosts => hosts.All(host => host is { State: "serving", Version: Newer }));
            await lab.Sees("web-1", "web-2", "web-3");
            await lab.Answered("web-2", (await lab.Status())[1].Requests + 100);
        });
        Assert.Equal(3, (await lab.Keepers(1)).Count);
        Assert.Contains(Newer, (await lab.Run(1, "events", "--fleet", "-n", "500")).Output, StringComparison.Ordinal);

        // As a service manager restarts the agent when a package has brought another.
        async Task Upgrade(int number)
        {
            var agent = lab.Agent(number);
            Kernel.Terminate(agent);
            await Eventually.Until($"web-{number} runs the newer agent and proxy", 60.Seconds(), async () =>
                lab.Agent(number) is not 0 and var next && next != agent && (await lab.Run(number, "status", "--json")) is { Code: 0 } status
                && System.Text.Json.JsonSerializer.Deserialize(status.Output.Split('\n').Last(line => line.StartsWith('{')), Api.JsonDocuments.Readable.HostDocument) is { Version: Newer, Proxy: { Version: Newer, State: "serving" } });
        }
    }
}
