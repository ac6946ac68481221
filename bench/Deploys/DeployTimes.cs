namespace Understudy.Bench.Deploys;

/// <summary>Where the time of one deploy went.</summary>
/// <param name="Total">From the command to the end of the roll: no worker of the release before is left.</param>
/// <param name="Build">The app's own build and release commands.</param>
/// <param name="Boot">The new workers' boots, each from its start until it was seen to answer. They are rolled one after the other, so that they add
/// up; time in which two boot at once counts once.</param>
sealed record DeployTimes(TimeSpan Total, TimeSpan Build, TimeSpan Boot, IReadOnlyList<(string Phase, double Seconds)> Phases)
{
    /// <summary>All but the app's: checkout, upload, packing and unpacking, the canary's time, waiting and draining between the boots.</summary>
    public TimeSpan Own => Total - Build - Boot;

    /// <param name="began">When the command was given.</param>
    public static DeployTimes Of(DateTimeOffset began, IReadOnlyList<DeployStep> steps, IEnumerable<HostEvent> events)
    {
        var ended = steps.Where(step => step.Kind == "ended").ToArray();
        var roll = steps.First(step => step is { Kind: "phase", Phase: "roll" }).At;
        var allNew = ended.Last(step => step.Phase == "roll").At;
        return new(
            allNew - began,
            TimeSpan.FromSeconds(ended.Where(step => step.Phase is "build" or "release").Sum(step => step.Seconds ?? 0)),
            Boots(events, roll, allNew),
            [.. ended.Select(step => (step.Phase, step.Seconds ?? 0))]);
    }

    // A pool that grows under load starts workers of the release before, too: only those of the roll are the deploy's.
    static TimeSpan Boots(IEnumerable<HostEvent> events, DateTimeOffset from, DateTimeOffset to)
    {
        var started = new Dictionary<string, DateTimeOffset>();
        var boots = new List<(DateTimeOffset Start, DateTimeOffset Ready)>();
        foreach (var one in events.Where(one => one.At >= from && one.At <= to && one.Worker is not null))
        {
            if (one.Kind == "worker.started")
                started[one.Worker!] = one.At;
            else if (one.Kind == "worker.ready" && started.Remove(one.Worker!, out var start))
                boots.Add((start, one.At));
        }
        var (sum, until) = (TimeSpan.Zero, from);
        foreach (var (start, ready) in boots.Order())
        {
            if (ready > until)
                sum += ready - (start > until ? start : until);
            until = ready > until ? ready : until;
        }
        return sum;
    }
}
