using System.Text.Json.Serialization;

namespace Understudy.Fleet;

/// <summary>What clients have measured.</summary>
/// <param name="Failures">How often each kind of failure came, since the start.</param>
sealed record LabFigures(int Requests, int Failed, double PerSecond, double P50Ms, double P99Ms, double SlowestMs, IReadOnlyDictionary<string, int> Failures)
{
    public static LabFigures Of(IReadOnlyList<double> tookMs, IReadOnlyDictionary<string, int> failures, double seconds)
    {
        var sorted = tookMs.Order().ToArray();
        return new LabFigures(
            sorted.Length, failures.Values.Sum(), Math.Round(sorted.Length / seconds, 1),
            At(sorted, 0.5), At(sorted, 0.99), At(sorted, 1), new Dictionary<string, int>(failures));
    }

    static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))], 1);
}

/// <summary>A lab's host, for scripts.</summary>
sealed record LabHostDocument(string Host, string Url, string Root, IReadOnlyList<string> Faults, string State, IReadOnlyList<string> SeesUp, long Requests);

/// <summary>What simulated hosts have measured.</summary>
/// <param name="JoinedSeconds">Until all were connected and knew the hosts.</param>
/// <param name="ChangeSeconds">Of each change, from before it was sent until the last of them knew.</param>
sealed record LabCrowdDocument(int Hosts, double JoinedSeconds, IReadOnlyList<double> ChangeSeconds);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LabFigures))]
[JsonSerializable(typeof(LabCrowdDocument))]
[JsonSerializable(typeof(IReadOnlyList<LabHostDocument>))]
sealed partial class JsonLab : JsonSerializerContext;
