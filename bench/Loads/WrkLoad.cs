using System.Globalization;
using System.Text.RegularExpressions;

namespace Understudy.Bench.Loads;

/// <summary>wrk: each connection asks again as soon as it is answered.</summary>
static partial class WrkLoad
{
    /// <summary>Any failed request is a failed measurement: nothing is broken here on purpose.</summary>
    public static WrkResult Run(Children children, int port, string path, int connections, int seconds, Action? meanwhile = null)
    {
        var said = children.Run(["wrk", "-t1", $"-c{connections}", $"-d{seconds}s", "--timeout", "10s", $"http://127.0.0.1:{port}{path}"],
            TimeSpan.FromSeconds(seconds + 20), Cores.Loader, meanwhile: meanwhile);
        if (Failures().Match(said) is { Success: true } failed)
            throw new BenchFailure($"wrk with {connections} connections: {failed.Value.Trim()}");
        if (Total().Match(said) is not { Success: true } total)
            throw new BenchFailure($"wrk said nothing that can be read:\n{said}");
        var requests = long.Parse(total.Groups[1].Value, CultureInfo.InvariantCulture);
        return requests > 0 ? new(requests, double.Parse(total.Groups[2].Value, CultureInfo.InvariantCulture)) : throw new BenchFailure("wrk got no answer");
    }

    [GeneratedRegex(@"(\d+) requests in ([\d.]+)s,")]
    private static partial Regex Total();

    [GeneratedRegex("(Socket errors|Non-2xx or 3xx responses):.*")]
    private static partial Regex Failures();
}
