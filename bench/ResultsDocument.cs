using System.Text.Json.Serialization;

namespace Understudy.Bench;

/// <summary>out/bench/NAME.json.</summary>
sealed record ResultsDocument(IReadOnlyList<ResultDocument> Results);

/// <param name="Value">The median of the rounds; the worst of them, or their sum, where requests failed or were slow.</param>
/// <param name="Peer">Null where no peer was measured.</param>
/// <param name="Ratio">Value by PeerValue; null where there is no peer, it does less, or its value is 0.</param>
sealed record ResultDocument(string Name, double Value, string Unit, double Min, double Max, string? Peer, double? PeerValue, double? Ratio);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ResultsDocument))]
sealed partial class ResultsJson : JsonSerializerContext;
