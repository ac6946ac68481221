using Understudy.Decisions.Sampling;
using Understudy.Sampling;

namespace Understudy.Tests.Sampling;

public class LookMetricsTests
{
    [Fact]
    public void Processes_that_no_pool_has_and_the_looks_cost_are_counted()
    {
        var process = new OwnedProcess(new ProcessKey(77, 5), 1, "ruby", 'S');
        var stale = new StaleOwner { Id = "shop.web.1", Group = new OwnedGroup("shop.web.1", [process, process]), Reason = "was to leave", Since = TimeSpan.Zero, Policy = StalePolicy.Report };
        var page = LookMetrics.Page([stale], 3, [("stale", 4, TimeSpan.FromMilliseconds(20))]);
        Assert.Contains("\nunderstudy_stale_processes 2\n", page, StringComparison.Ordinal);
        Assert.Contains("\nunderstudy_moved_processes 3\n", page, StringComparison.Ordinal);
        Assert.Contains("\nunderstudy_looks_total{look=\"stale\"} 4\n", page, StringComparison.Ordinal);
        Assert.Contains("\nunderstudy_look_seconds_total{look=\"stale\"} 0.02\n", page, StringComparison.Ordinal);
    }
}
