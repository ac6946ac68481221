using Understudy.Decisions.Workers;

namespace Understudy.Decisions.Config;

/// <summary>How a deploy of this app goes.</summary>
public sealed record DeployConfig
{
    /// <summary>Deadline of all `build:` commands together. Default 30 min.</summary>
    public TimeSpan BuildWithin { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Memory that a build may use. Null, the default: half of the host's, so that a build cannot drive the site into swap.</summary>
    public long? BuildMemoryBytes { get; init; }

    /// <summary>Deadline of the `release:` command. Default 10 min.</summary>
    public TimeSpan ReleaseWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Times in a row that each page of `check:` must answer before a new worker gets requests. Default 3.</summary>
    public int CheckTimes { get; init; } = 3;

    /// <summary>
    /// Workers of a pool that are replaced at a time once the first new one has served well; by number, or in per cent of the pool. Each needs memory for
    /// one more worker meanwhile. Default 1; range 1 to 1,000, or 1% to 100%.
    /// </summary>
    public WorkerShare AtOnce { get; init; } = WorkerShare.One;

    /// <summary>How long the new release is watched once all workers are of it; errors or latency worse than before roll it back. Default 10 s.</summary>
    public TimeSpan Watch { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Releases kept to roll back to. Default 5.</summary>
    public int Keep { get; init; } = 5;
}

/// <summary>A command that runs at set times.</summary>
/// <param name="At">Five fields as in crontab, in the host's time zone.</param>
/// <param name="Within">It is killed then. Default 1 h.</param>
public sealed record ScheduledConfig(string Name, string At, string Command, TimeSpan Within);
