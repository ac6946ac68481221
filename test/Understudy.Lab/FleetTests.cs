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
        });
        Assert.InRange(figures.Requests, 500, int.MaxValue);
        await lab.Do("heal", "web-3");
        await lab.Sees("web-1", "web-2", "web-3");
        await lab.Down();
        Assert.Empty(Left(lab));
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
        await using var lab = await LabHosts.Up(2);
        await lab.UnderLoad(100, async () =>
        {
            await lab.Answered("web-2", 50);
            var agent = Agent(lab.Host(2));
            Kernel.Kill(agent);
            await Eventually.Until("another agent runs", 2.Seconds(), () => Agent(lab.Host(2)) is not 0 and var next && next != agent);
            await Eventually.Until("it answers", 20.Seconds(), async () => (await lab.Status())[1].State == "serving");
        });
        foreach (var number in (int[])[1, 2])
            await LabProcesses.Kill(lab.Host(number));
        Assert.NotEmpty(Left(lab));
        await lab.Again(3);
        await lab.Sees("web-1", "web-2", "web-3");
    }

    static int Agent(LabHost host) => (ProcFile.Text(Path.Combine(host.Cgroup, "cgroup.procs")) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(int.Parse).FirstOrDefault(pid => (ProcFile.Text($"/proc/{pid}/cmdline") ?? "").Contains("\0agent\0", StringComparison.Ordinal));

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
