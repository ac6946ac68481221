using Understudy.Decisions.Sampling;
using Understudy.Proxying;

namespace Understudy.Sampling;

/// <summary>What the agent's looks at processes find that no pool has, and what they cost, for the Prometheus page.</summary>
static class LookMetrics
{
    public static string Page(IReadOnlyList<StaleOwner> stale, int moved, IReadOnlyList<(string Name, long Count, TimeSpan Took)> looks)
    {
        var text = new PrometheusText();
        text.Family("understudy_stale_processes", "gauge", "Processes of workers and commands that no pool counts any more.").Sample(stale.Sum(owner => owner.Group.Processes.Count));
        text.Family("understudy_moved_processes", "gauge", "Processes of ours that moved themselves to another cgroup.").Sample(moved);
        text.Family("understudy_looks_total", "counter", "How often the agent has looked for stale processes, shared connections and what ails workers.");
        foreach (var (name, count, _) in looks)
            text.Sample(count, ("look", name));
        text.Family("understudy_look_seconds_total", "counter", "How long those looks took together.");
        foreach (var (name, _, took) in looks)
            text.Sample(took.TotalSeconds, ("look", name));
        return text.ToString();
    }
}
