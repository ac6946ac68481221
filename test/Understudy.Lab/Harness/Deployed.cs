using Understudy.Api;

namespace Understudy.Lab.Harness;

/// <summary>How a deploy ended for whoever watched it.</summary>
sealed record Deployed(int Code, IReadOnlyList<DeployEventDocument> Events, string Output)
{
    /// <summary>Done, failed, cancelled or rolled back; null where it was never told.</summary>
    public string? Outcome => Events.LastOrDefault(one => one.Kind == "end")?.Outcome;

    /// <summary>Why.</summary>
    public string Text => Events.LastOrDefault(one => one.Kind == "end")?.Text ?? "";

    /// <summary>The phases on the agent, in their order.</summary>
    public IReadOnlyList<string> Phases => [.. Events.Where(one => one is { Kind: "phase", Id: > 0 }).Select(one => one.Phase)];
}
