using System.Globalization;

namespace Understudy.Lab;

/// <summary>The evening on which the site went down, twice: as it was, and as it is with Understudy's defaults.</summary>
public class FoundingStoryTests
{
    [Fact, Trait("length", "long")]
    public async Task Where_nothing_is_guarded_and_stale_processes_are_only_told_of_the_host_locks_up_as_it_did()
    {
        await using var shop = await FoundingShop.Open("guard: off\nstale: report\n", silentSeconds: 60, endAfterSeconds: 300);

        using var lockedUp = new CancellationTokenSource();
        var deploying = DeployUntil(shop, lockedUp.Token);
        await Eventually.Until("it locks up", 60.Seconds(), () => shop.Memory.LockedUp && shop.Silence > TimeSpan.FromSeconds(20));
        shop.Tell("nobody has been answered for 20 s");
        await lockedUp.CancelAsync();
        var (answered, silentSince) = (shop.Load.Answered, shop.Silence);
        var (used, swapped) = (shop.Memory.UsedBytes, shop.Memory.SwappedBytes);
        await Eventually.Until("the killer comes", 60.Seconds(), () => shop.Memory.WasEnded);
        shop.Tell("the killer came from outside");
        var answeredMeanwhile = shop.Load.Answered - answered;
        await deploying;
        await shop.Load.More(20);
        shop.Tell("the site is back");
        await shop.Load.Stop();

        await shop.TellEvents("stale.", "connection.", "guard.");
        Assert.Equal(0, answeredMeanwhile);
        Assert.True(used > shop.Memory.LimitBytes * 0.97, $"{used} bytes of RAM of {shop.Memory.LimitBytes} when it was silent");
    }

    [Fact, Trait("length", "long")]
    public async Task With_the_defaults_ten_deploys_of_it_fail_no_request_and_stay_within_memory_and_the_shared_connection_is_named()
    {
        await using var shop = await FoundingShop.Open("", silentSeconds: 60, endAfterSeconds: 300);

        for (var deploy = 0; deploy < 10; deploy++)
        {
            var (served, said) = await shop.Deploy();
            Assert.True(served, said);
        }
        await shop.Load.More(100);
        await shop.Load.Stop();

        await shop.TellEvents("stale.", "connection.", "guard.");
        shop.Load.NeverFailed();
    }

    static async Task DeployUntil(FoundingShop shop, CancellationToken end)
    {
        while (!end.IsCancellationRequested && !shop.Memory.WasEnded)
            await shop.Deploy();
    }
}
