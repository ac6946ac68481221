using System.Text.Json;
using Understudy.Api;
using Understudy.Linux;

namespace Understudy.Lab;

/// <summary>`memory` on a real host, with a tree of forks, with what is stale or adopted, and whatever has become of its agent.</summary>
public class MemoryTests
{
    /// <summary>Of its own memory, so that what it shares with any other shell on this machine does not matter.</summary>
    const string Tree = """
        app: tree
        processes:
          jobs:
            command: exec bash tree.sh
            workers: 1
        """;

    const string Forks = """
        x=$(head -c 30000000 /dev/zero | tr '\0' x)
        for i in 1 2 3; do (read never <> <(:)) & done
        wait
        """;

    [Fact]
    public async Task Its_sums_are_those_of_smaps_rollup_the_forks_are_a_tree_and_what_is_adopted_is_said()
    {
        using var tree = new LabFolder();
        File.WriteAllText(tree["understudy.yaml"], Tree);
        File.WriteAllText(tree["tree.sh"], Forks);
        using var stunt = new StuntFolder("workers: 2");
        await using var host = await Host.Serve([tree.Path, stunt.Folder]);
        var master = (await host.Workers()).Single(worker => worker.App == "tree");
        await Eventually.Until("it has its forks", 30.Seconds(), () => host.ProcessesOf(master).Count >= 4);

        await Eventually.Until("the sums are the kernel's", 30.Seconds(), async () =>
        {
            var memory = await Memory(host, "--exact");
            return memory.Exact && memory.Pools.SelectMany(pool => pool.Workers).All(worker => IsTheKernels(worker.Sum, worker.Processes))
                && HasPrivate(memory.Beside.Single(owner => owner.Id == "proxy"));
        });
        var before = await Memory(host, "--exact");
        Assert.Equal(["stunt web 2", "tree jobs 1"], before.Pools.Select(pool => $"{pool.App} {pool.Pool} {pool.Workers.Count}").Order());
        Assert.All(before.Pools, pool => Assert.Equal(pool.Workers.Sum(worker => worker.Sum.PssBytes), pool.Sum.PssBytes));
        var shown = before.Pools.Single(pool => pool.App == "tree").Workers.Single();
        Assert.Equal((master.Pid, 0), (shown.Processes[0].Pid, shown.Processes[0].Depth));
        Assert.All(shown.Processes.Skip(1), process => Assert.True(process.Depth > 0));
        // The forks share the 30 MB: their resident memory is more than they hold.
        Assert.True(shown.Sum.PssBytes < shown.Processes.Sum(process => process.ResidentBytes) * 2 / 3);
        Assert.Empty(before.Adopted);
        Assert.NotEmpty(before.Others);

        await host.KillAgent();
        await Eventually.Until("the next agent has adopted all", 20.Seconds(), async () => (await Memory(host)).Adopted.Count == 3);
        Assert.Contains("\nADOPTED  3 workers of an agent before this one: ", (await host.Run("memory")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_stale_stands_apart_with_its_reason_and_with_the_agent_frozen_or_dead_it_says_what_it_does_not_know()
    {
        using var app = new StuntFolder("workers: 1\n    stop: {within: 1s}", "STUNT_HANG_IN_EXIT: \"1\"", more: "stale: report");
        await using var host = await Host.Serve([app.Folder]);
        Assert.Equal(0, (await host.Run("restart", "web")).Code);
        await host.Until("one is stale", 60.Seconds(), status => status.Stale.Count == 1);

        var memory = await Memory(host, "--exact");
        var stale = Assert.Single(memory.Stale);
        Assert.Equal(("stunt.web.1", false), (stale.Id, stale.InDoubt));
        Assert.Contains("was to leave", stale.Reason, StringComparison.Ordinal);
        Assert.True(stale.Sum.PssBytes > 0);
        Assert.Equal("web.2", Assert.Single(Assert.Single(memory.Pools).Workers).Worker);
        Assert.Matches("\nSTALE  ours, and in no current set: 1 process, .*\n  NAME .*\n  stunt.web.1 ", (await host.Run("memory")).Output);

        Kernel.Freeze(host.AgentPid);
        try
        {
            await SaysLess(host, "is stopped");
        }
        finally
        {
            Kernel.Thaw(host.AgentPid);
        }
        await host.WithoutAgent(() => SaysLess(host, "does not run"));
        Assert.Equal(0, (await host.Run("reap", "all")).Code);
        await Eventually.Until("nothing is stale", 20.Seconds(), async () => (await Memory(host)).Stale.Count == 0);
    }

    static async Task SaysLess(Host host, string agent)
    {
        var memory = await Memory(host);
        Assert.StartsWith(agent, memory.Agent, StringComparison.Ordinal);
        Assert.NotEmpty(memory.Missing);
        var ours = memory.Pools.SelectMany(pool => pool.Workers).Select(worker => worker.Pid).Concat(memory.Stale.SelectMany(stale => stale.Processes).Select(process => process.Pid));
        Assert.All(ours, pid => Assert.True(Kernel.Lives(pid)));
        Assert.Equal(["stunt.web.1", "stunt.web.2"], [.. memory.Stale.Select(stale => stale.Id).Concat(memory.Pools.SelectMany(pool => pool.Workers, (pool, worker) => $"{pool.App}.{worker.Worker}")).Order()]);
        Assert.Contains(": this is what the kernel and the written state say", (await host.Run("memory")).Output, StringComparison.Ordinal);
    }

    /// <summary>The verb is a process of the proxy's program, and shares its pages while it counts them.</summary>
    static bool HasPrivate(OwnerMemoryDocument owner) => owner.Processes.Count == owner.Sum.Processes && Near(owner.Sum.PrivateBytes, Private(Kernels(owner.Processes)));

    /// <summary>Read a moment later than the verb did; other processes that share pages come and go.</summary>
    static bool IsTheKernels(SumDocument sum, IReadOnlyList<ProcessMemoryDocument> processes)
    {
        var kernels = Kernels(processes);
        return sum.Processes == processes.Count && Near(sum.PssBytes, kernels.Sum(text => Field(text, "Pss:"))) && Near(sum.PrivateBytes, Private(kernels));
    }

    static List<string> Kernels(IReadOnlyList<ProcessMemoryDocument> processes) => [.. processes.Select(process => ProcFile.Text($"/proc/{process.Pid}/smaps_rollup") ?? "")];

    static long Private(List<string> kernels) => kernels.Sum(text => Field(text, "Private_Clean:") + Field(text, "Private_Dirty:"));

    static bool Near(long told, long kernels) => Math.Abs(told - kernels) <= kernels / 20;

    static long Field(string text, string name) =>
        1024 * text.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal)).Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture)).SingleOrDefault();

    static async Task<MemoryDocument> Memory(Host host, params string[] more)
    {
        var (code, output) = await host.Run(["memory", "--json", .. more]);
        Assert.True(code == 0, output);
        return JsonSerializer.Deserialize(output, JsonDocuments.Readable.MemoryDocument)!;
    }
}
