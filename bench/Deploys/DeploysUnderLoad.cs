using System.Diagnostics;
using System.Globalization;
using Understudy.Bench.Loads;

namespace Understudy.Bench.Deploys;

/// <summary>Deploys of one app, one after the other, while people visit it. What they are is the caller's matter.</summary>
/// <param name="who">Who deploys.</param>
sealed class DeploysUnderLoad(DeploySchedule schedule, Children children, DeployMeasurements measured, Progress progress, string who)
{
    /// <param name="port">Where people ask.</param>
    /// <param name="deploy">Deploys release number so and so, and returns the time from its command until all is new; null: it failed, and has said so.</param>
    public void Run(int port, Action<int> prepare, Func<int, TimeSpan?> deploy)
    {
        using var load = new PageLoad(port, Sample.Pages);
        children.Pause(schedule.WarmUp);
        var calmUntil = Calm(load);
        var deploys = new List<(long Began, TimeSpan? Took)>();
        for (var number = 1; number <= schedule.Deploys; number++)
        {
            prepare(number);
            var began = Stopwatch.GetTimestamp();
            deploys.Add((began, deploy(number)));
            children.Pause(schedule.After);
        }
        load.Stop();
        for (var i = 0; i < deploys.Count; i++)
        {
            var (began, took) = deploys[i];
            var all = load.Between(i == 0 ? calmUntil : began, i + 1 < deploys.Count ? deploys[i + 1].Began : long.MaxValue);
            var during = took is { } time ? load.Between(began, began + (long)(time.TotalSeconds * Stopwatch.Frequency)) : null;
            Count(i + 1, all, during);
        }
    }

    /// <summary>The time before any deploy. Returns its end.</summary>
    long Calm(PageLoad load)
    {
        var began = Stopwatch.GetTimestamp();
        children.Pause(schedule.Before);
        // What was asked last is not answered yet.
        var end = Stopwatch.GetTimestamp() - Stopwatch.Frequency;
        var calm = load.Between(began, end);
        if (calm.Failed > 0 || calm.P99Ms is null)
            throw new BenchFailure($"{measured.App} of {who}: {calm.Failed} of {calm.Requests} requests failed before any deploy: {calm.Failures}");
        measured.Add(figures => figures.P99Before, who, calm.P99Ms.Value);
        Say($"before        p99 {calm.P99Ms:N1} ms, slowest {calm.SlowestMs:N0} ms of {calm.Requests} requests");
        return end;
    }

    /// <summary>What failed counts until the next deploy begins; times only until all is new.</summary>
    void Count(int number, LoadFigures all, LoadFigures? during)
    {
        measured.Add(figures => figures.Failed, who, all.Failed);
        measured.Add(figures => figures.Missing, who, all.Missing);
        if (during?.P99Ms is { } p99)
            measured.Add(figures => figures.P99, who, p99);
        Say($"deploy {number,-2}     {all.Failed} of {all.Requests} failed{(all.Failed > 0 ? $" ({all.Failures})" : "")}, p99 {during?.P99Ms:N1} ms until all was new, slowest {all.SlowestMs:N0} ms");
    }

    void Say(FormattableString what) => progress.Say($"{measured.App,-10} {who,-10} {what.ToString(CultureInfo.InvariantCulture)}");
}
