using System.Text.Json.Serialization;

namespace Understudy.Bench.Deploys;

/// <summary>One line of `deploy --json`.</summary>
sealed record DeployStep(DateTimeOffset At, string Kind, string Phase, string Text, double? Seconds, string? Outcome);

/// <summary>One line of `events --json`.</summary>
sealed record HostEvent(DateTimeOffset At, string Kind, string? App, string? Worker, string Message);

/// <summary>One worker of `ps --json`.</summary>
sealed record ListedWorker(string App, string Worker, string Release, int? Pid, string State);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DeployStep))]
[JsonSerializable(typeof(HostEvent))]
[JsonSerializable(typeof(ListedWorker[]))]
sealed partial class DeployJson : JsonSerializerContext;
