using System.Text.Json;
using Understudy.Api;

namespace Understudy.Lab;

/// <summary>What `doctor` finds on a real host, whatever has become of its agent.</summary>
public class DoctorTests
{
    [Fact]
    public async Task A_host_that_serves_has_no_error_and_one_whose_agent_is_frozen_or_dead_is_examined_all_the_same()
    {
        using var app = new StuntFolder("workers: 2");
        await using var host = await Host.Serve([app.Folder]);
        var found = await Examined(host);
        Assert.DoesNotContain(found.Findings, one => one.Weight == "error");
        Assert.Contains(found.Findings, one => one.Kind == "memory-unbounded");

        Kernel.Freeze(host.AgentPid);
        try
        {
            Assert.Equal(["agent-silent"], Errors(await Examined(host)));
        }
        finally
        {
            Kernel.Thaw(host.AgentPid);
        }
        await host.WithoutAgent(async () => Assert.Equal(["agent-silent"], Errors(await Examined(host))));
    }

    [Fact]
    public async Task A_worker_alone_open_to_every_network_that_left_processes_behind_is_named_for_each()
    {
        using var app = new StuntFolder("workers: 1\n    stop: {within: 1s}", "STUNT_HANG_IN_EXIT: \"1\"\n  STUNT_LISTEN: 0.0.0.0", more: "stale: report");
        await using var host = await Host.Serve([app.Folder]);
        Assert.Equal(0, (await host.Run("restart", "web", "--no-wait")).Code);
        await host.Until("one is stale", 60.Seconds(), status => status.Stale.Count == 1);
        var found = await Examined(host);
        Assert.Contains(found.Findings, one => one is { Kind: "stale-processes", Weight: "error" } && one.Evidence.Contains("stunt.web.1", StringComparison.Ordinal));
        Assert.Contains(found.Findings, one => one is { Kind: "single-worker", Weight: "warning" });
        Assert.Contains(found.Findings, one => one is { Kind: "open-port", Weight: "warning" } && one.Says.StartsWith("web.", StringComparison.Ordinal));
        Assert.Equal(0, (await host.Run("reap", "all")).Code);
        Assert.DoesNotContain((await Examined(host)).Findings, one => one.Kind == "stale-processes");
    }

    [Fact]
    public async Task Where_two_workers_have_budgets_that_fit_nothing_is_wrong_but_what_this_machine_lacks()
    {
        string[] machines = ["no-swap", "too-much-swap", "memory-low", "clock-unsynchronised", "no-cgroups", "no-memory-limits", "disk-full"];
        using var app = new StuntFolder("workers: 2\n    recycle: {memory: 200MB}");
        await using var host = await Host.Serve([app.Folder]);
        Assert.Equal(["single-host"], (await Examined(host)).Findings.Where(one => !machines.Contains(one.Kind)).Select(one => one.Kind));
    }

    static IEnumerable<string> Errors(DoctorDocument found) => found.Findings.Where(one => one.Weight == "error").Select(one => one.Kind);

    static async Task<DoctorDocument> Examined(Host host)
    {
        var (code, output) = await host.Run("doctor", "--json");
        var found = JsonSerializer.Deserialize(output, JsonDocuments.Readable.DoctorDocument)!;
        Assert.Equal(found.Findings.Any(one => one.Weight != "note") ? 1 : 0, code);
        return found;
    }
}
