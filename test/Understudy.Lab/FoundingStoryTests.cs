using System.Globalization;
using System.Text.Json;
using Understudy.Api;

namespace Understudy.Lab;

/// <summary>The evening on which the site went down, twice: as it was, and as it is with Understudy's defaults.</summary>
public class FoundingStoryTests
{
    /// <summary>Engine Yard found the host silent and killed it after so long.</summary>
    const int SilentSeconds = 60;

    [Fact, Trait("length", "long")]
    public async Task Where_nothing_is_guarded_and_what_is_stale_is_only_told_of_the_host_locks_up_as_it_did()
    {
        await using var shop = await FoundingShop.Open("guard: off\nstale: report\n", SilentSeconds, endAfterSeconds: 300);
        shop.KeepDeploying();

        await shop.Until("RAM and swap are full and nobody has had a page for 10 s", 100.Seconds(), () => shop.Memory.IsFull && shop.Memory.LockedUp && shop.Silence > TimeSpan.FromSeconds(10));
        var full = string.Create(CultureInfo.InvariantCulture, $"locked up with {shop.Memory.UsedBytes / 1e6:0} MB of {shop.Memory.LimitBytes / 1e6:0} MB RAM and {shop.Memory.SwappedBytes / 1e6:0} MB of {shop.Memory.SwapBytes / 1e6:0} MB swap");
        var stale = (await shop.Host.Status())!.Stale;
        shop.Tell("nobody has had a page for 10 s");
        await shop.Until("the killer comes from outside", 40.Seconds(), () => shop.Memory.WasEnded);
        var silent = shop.SilentSeconds;
        shop.Tell("the killer came from outside");
        await shop.StopDeploying();
        await shop.Until("the site is as it should be", 60.Seconds(), () => shop.Memory.Trees == 2 && shop.Silence < TimeSpan.FromSeconds(1));
        await shop.Load.Stop();

        await shop.TellEvents("stale.", "connection.", "guard.");
        shop.Conclude($"{full}, {stale.Count} stale workers among them; no page for {silent} s in all until the killer came");
        Assert.True(stale.Count >= 2, $"{stale.Count} stale workers: fewer than those that serve");
        Assert.All(stale, one => Assert.Equal("report", one.Policy));
        Assert.True(silent >= 10, $"{silent} s without a page");
        Assert.NotEmpty(shop.Load.Failures);
    }

    [Fact, Trait("length", "long")]
    public async Task With_the_defaults_ten_deploys_in_a_row_fail_no_request_memory_stays_under_its_line_and_the_shared_connection_is_named()
    {
        await using var shop = await FoundingShop.Open("", SilentSeconds, endAfterSeconds: 600);

        for (var deploy = 0; deploy < 10; deploy++)
        {
            var (served, why) = await shop.Deploy();
            Assert.True(served, why);
        }
        await shop.Load.More(100);
        await shop.Until("only what serves is left", 30.Seconds(), () => shop.Memory.Trees == 2);
        await shop.Host.Until("status names the connection, of the processes that are left", 60.Seconds(), status => status.Apps[0].Pools[0].SharedConnections is [{ Grade: "mixed", Pids.Count: 8 }]);
        await shop.Load.Stop();

        await shop.TellEvents("stale.", "connection.", "guard.");
        var killed = FoundingShop.Killed(await shop.Host.Events());
        shop.Conclude(string.Create(CultureInfo.InvariantCulture, $"at most {shop.Memory.PeakBothBytes / 1e6:0} MB of {shop.Memory.LimitBytes / 1e6:0} MB RAM, swap included; {killed} workers that hung at their end were killed"));
        shop.Load.NeverFailed();
        Assert.True(shop.Memory.PeakBothBytes < shop.Memory.LimitBytes, $"{shop.Memory.PeakBothBytes} bytes of RAM and swap at a time");
        Assert.Equal((0, false), (shop.Memory.KernelKills, shop.Memory.WasEnded));
        var status = (await shop.Host.Status())!;
        Assert.Empty(status.Stale);
        var shared = Assert.Single(status.Apps[0].Pools[0].SharedConnections);
        Assert.Equal(shop.Redis, shared.Peer);
        Assert.Contains("on_worker_boot", shared.Remedy, StringComparison.Ordinal);
        var (found, said) = await shop.Host.Run("doctor", "--json");
        Assert.Equal(1, found);
        var named = JsonSerializer.Deserialize(said, JsonDocuments.Readable.DoctorDocument)!.Findings.Single(one => one.Kind == "shared-connection");
        Assert.Equal("error", named.Weight);
        Assert.Contains(shop.Redis, named.Says, StringComparison.Ordinal);
    }

    [Fact, Trait("length", "long")]
    public async Task On_a_host_too_small_for_one_worker_more_the_guard_makes_room_for_two_deploys_and_no_request_fails()
    {
        // Two serve in 350 MB; one that hangs at its end, for half a minute if nobody minds, and one that starts do not fit beside them.
        await using var shop = await FoundingShop.Open("", SilentSeconds, endAfterSeconds: 600, memoryMegabytes: 500, stopWithin: "30s");

        for (var deploy = 0; deploy < 2; deploy++)
        {
            var (served, said) = await shop.Deploy();
            Assert.True(served, said);
        }
        await shop.Load.More(100);
        await shop.Load.Stop();

        await shop.TellEvents("worker.", "guard.");
        shop.Conclude(string.Create(CultureInfo.InvariantCulture, $"at most {shop.Memory.PeakBothBytes / 1e6:0} MB of {shop.Memory.LimitBytes / 1e6:0} MB RAM, swap included"));
        shop.Load.NeverFailed();
        Assert.Equal((0, false), (shop.Memory.KernelKills, shop.Memory.WasEnded));
    }
}
