namespace Understudy.Lab;

/// <summary>A disk that is full to its last byte stops neither the site nor the one who keeps it up.</summary>
public sealed class FullDiskTests
{
    [Theory]
    [InlineData("upload", "", "disk")]
    [InlineData("build", "build: [\"while head -c 300000 /dev/zero >> big; do sleep 0.01; done\"]", "disk")]
    [InlineData("pack", "build: [head -c 34000000 /dev/urandom > big]", "disk")]
    public async Task Whichever_phase_fills_the_disk_the_site_serves_on_and_the_next_deploy_is_done_once_there_is_room(string phase, string build, string says)
    {
        await using var app = await TinyApp.Serving();
        using var disk = await app.OnASmallDisk("60m");
        await app.Host.Until("the agent is there", 60.Seconds(), status => status.Apps.Count == 1);
        if (phase == "upload")
            await disk.Fill();
        await app.Page("never shown").Yaml(build).Refused(1, says);
        disk.Empty();
        await app.Page("two").Yaml().Served();
    }

    [Fact]
    public async Task An_agent_that_is_killed_on_a_full_disk_comes_back_adopts_and_keeps_the_site_up()
    {
        await using var app = await TinyApp.Serving();
        var host = app.Host;
        using var disk = await app.OnASmallDisk("20m");
        await host.Until("the agent is there", 60.Seconds(), status => status.Apps.Count == 1);
        var before = await host.Workers();
        await using var load = Load.Of(host.Port, 2, "/");
        await disk.Fill();

        await host.KillAgent();
        await host.Until("the next agent has adopted them", 60.Seconds(), status => status.Apps is [{ Pools: [{ State: "steady" }] }]);
        Assert.Equal(before.Select(worker => (worker.Worker, worker.Pid)), (await host.Workers()).Select(worker => (worker.Worker, worker.Pid)));
        await load.More(20);
        load.NeverFailed();

        Kernel.Kill(before[0].Pid);
        await host.Until("a killed worker is replaced", 60.Seconds(), status => status.Apps is [{ Pools: [{ State: "steady" } pool] }] && pool.Workers.All(worker => worker.Worker != before[0].Worker));

        // Once more: what this agent could not write down must not be lost on the next one.
        await host.KillAgent();
        await host.Until("another agent serves", 60.Seconds(), status => status.Apps is [{ Pools: [{ State: "steady" }] }]);
        disk.Empty();
        await host.Until("the disk has room and all is well", 60.Seconds(), status => status.Apps is [{ Pools: [{ State: "steady" }] }]);
        Assert.Equal("done", (await app.Page("two").Deploy()).Outcome);
        Assert.Equal("two", await app.Shown());
    }
}
