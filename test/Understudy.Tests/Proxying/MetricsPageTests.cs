using System.Diagnostics;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

public class MetricsPageTests
{
    const string Promtool = "/usr/bin/promtool";

    [Fact]
    public async Task Promtool_finds_nothing_wrong_with_the_page_of_a_proxy_at_work()
    {
        if (!File.Exists(Promtool))
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", $"NOT CHECKED: {Promtool} is missing. Install it with `apt-get install prometheus`.");
            Assert.Fail($"{Promtool} is missing, and with CI=true every prerequisite has to be there.");
        }

        var page = await PageOfAProxyAtWork();
        var start = new ProcessStartInfo(Promtool, ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var promtool = Process.Start(start)!;
        var said = Task.WhenAll(promtool.StandardOutput.ReadToEndAsync(), promtool.StandardError.ReadToEndAsync());
        await promtool.StandardInput.WriteAsync(page);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync().Within();
        Assert.Equal("", string.Concat(await said));
        Assert.Equal(0, promtool.ExitCode);
    }

    [Fact]
    public async Task The_page_counts_what_happened()
    {
        var page = await PageOfAProxyAtWork();
        Assert.Contains("understudy_proxy_requests_total{app=\"app\",status=\"200\"} 3\n", page, StringComparison.Ordinal);
        Assert.Contains("understudy_proxy_request_duration_seconds_count{app=\"app\"} 3\n", page, StringComparison.Ordinal);
        Assert.Contains("understudy_proxy_queue_wait_seconds_bucket{app=\"app\",pool=\"web\",le=\"0.001\"} 3\n", page, StringComparison.Ordinal);
        Assert.Contains("understudy_proxy_queue_length{app=\"app\",pool=\"web\"} 0\n", page, StringComparison.Ordinal);
        Assert.Contains("understudy_proxy_worker_requests_total{app=\"app\",pool=\"web\",worker=\"app.web.1\"} 3\n", page, StringComparison.Ordinal);
        Assert.Contains("understudy_proxy_worker_up{app=\"app\",pool=\"web\",worker=\"app.web.1\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("understudy_proxy_access_log_dropped_total 4\n", page, StringComparison.Ordinal);
    }

    static async Task<string> PageOfAProxyAtWork()
    {
        await using var worker = RawWorker.Answering("hello");
        await using var proxy = await ProxyUnderTest.Start(worker);
        for (var i = 0; i < 3; i++) await proxy.Get("/");
        var app = proxy.Runtime.Routing.Apps[0];
        await Eventually.True(() => app.Counters.OfStatus(200) == 3, "all three are counted");
        return MetricsPage.Write(proxy.Runtime.Routing.Apps, proxy.Runtime.Report([], 1), accessLogDropped: 4);
    }
}
