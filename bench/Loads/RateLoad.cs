using System.Text.Json;
using System.Text.Json.Serialization;

namespace Understudy.Bench.Loads;

/// <summary>bench/native/rate.c: so many requests a second, whatever comes back.</summary>
static class RateLoad
{
    public const int TimeoutSeconds = 30;

    public static RateResult Run(BenchOptions options, Children children, int port, int perSecond, int seconds, int connections, Action? meanwhile = null)
    {
        var said = children.Run([options.Native("rate"), $"{port}", "/", $"{perSecond}", $"{seconds}", $"{connections}", $"{TimeoutSeconds}"],
            TimeSpan.FromSeconds(seconds + TimeoutSeconds + 10), Cores.Loader, meanwhile: meanwhile);
        return JsonSerializer.Deserialize(said, RateJson.Default.RateResult) ?? throw new BenchFailure($"rate said nothing that can be read: {said}");
    }
}

/// <param name="FirstStatus">Of the first answer that was not 200; 0: there was none.</param>
/// <param name="Slow">Requests that took longer than 1 s, failed ones included.</param>
sealed record RateResult(long Requests, long Answered, long Refused, long Reset, long Status, int FirstStatus, long TimedOut, long Slow, long P50Us, long P99Us, long MaxUs)
{
    public long Failed => Requests - Answered;

    public string Failures => string.Join(", ", new[] { (Refused, "refused"), (Reset, "reset"), (Status, $"status {FirstStatus}"), (TimedOut, "timed out") }
        .Where(kind => kind.Item1 > 0).Select(kind => $"{kind.Item1} {kind.Item2}"));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RateResult))]
sealed partial class RateJson : JsonSerializerContext;
