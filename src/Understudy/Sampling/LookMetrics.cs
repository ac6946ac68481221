using Understudy.Proxying;

namespace Understudy.Sampling;

/// <summary>What the agent's looks at processes cost, for the Prometheus page.</summary>
static class LookMetrics
{
    public static string Page(IReadOnlyList<(string Name, Rounds Rounds)> looks)
    {
        var sums = looks.Select(look => (look.Name, look.Rounds.Sum)).ToList();
        var text = new PrometheusText();
        text.Family("understudy_looks_total", "counter", "How often the agent has looked for stale processes, shared connections and what ails workers.");
        foreach (var (name, sum) in sums)
            text.Sample(sum.Count, ("look", name));
        text.Family("understudy_look_seconds_total", "counter", "How long those looks took together.");
        foreach (var (name, sum) in sums)
            text.Sample(sum.Took.TotalSeconds, ("look", name));
        return text.ToString();
    }
}
