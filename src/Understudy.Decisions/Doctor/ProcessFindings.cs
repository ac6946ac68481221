namespace Understudy.Decisions.Doctor;

/// <summary>Of processes that should not be, and of connections that should not be shared.</summary>
static class ProcessFindings
{
    const int Shown = 5;

    public static IEnumerable<Finding> Of(HostSight host)
    {
        foreach (var shared in host.Shared)
        {
            yield return new(
                FindingKinds.SharedConnection, shared.Mixed ? Weight.Error : Weight.Warning, $"{shared.App}: {shared.Sentence}",
                $"The same socket is open in {Amount.Count(shared.Pids.Count, "process", "processes")} ({string.Join(", ", shared.Pids)}){(shared.For is { } age ? $", for {Amount.Of(age)}" : "")}.",
                shared.Remedy);
        }
        if (host.Stale.Count > 0)
        {
            yield return new(
                FindingKinds.StaleProcesses, Weight.Error,
                $"{Amount.Count(host.Stale.Count, "process", "processes")} of ours {(host.Stale.Count == 1 ? "belongs" : "belong")} to no worker any more, and {(host.Stale.Count == 1 ? "holds" : "hold")} {Amount.Of(host.Stale.Sum(stale => stale.Bytes))}.",
                string.Join("; ", host.Stale.Take(Shown).Select(stale => $"{stale.Pid} {stale.Command}, {Amount.Of(stale.Age)} old: {stale.Reason}")) + (host.Stale.Count > Shown ? $"; and {host.Stale.Count - Shown} more" : ""),
                "`understudy reap --dry-run` shows what would be killed and why, `understudy reap all` does it.");
        }
    }
}
