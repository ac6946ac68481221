using System.Text.Json.Serialization;
using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>One line of answer on the proxy's control socket: one of these is set.</summary>
internal sealed record ControlAnswer
{
    public ProxyReport? Report { get; init; }

    /// <summary>The Prometheus page.</summary>
    public string? Metrics { get; init; }

    /// <summary>To `handover`: the listening sockets that come with this line, in their order.</summary>
    public IReadOnlyList<string>? Listeners { get; init; }

    /// <summary>To `inflight`: requests inside each worker (app.pool.number).</summary>
    public IReadOnlyDictionary<string, int>? InFlight { get; init; }

    /// <summary>To `leave` and `stop`.</summary>
    public bool Done { get; init; }

    /// <summary>Another proxy answers at the path by now: ask there.</summary>
    public bool HandedOver { get; init; }

    public string? Error { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ControlAnswer))]
internal sealed partial class ControlAnswerJson : JsonSerializerContext;
