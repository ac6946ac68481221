using System.Globalization;

namespace Understudy.Decisions.Workers;

/// <summary>A pool's state in a word and in a sentence.</summary>
public static class PoolCondition
{
    public static string Of(PoolState state)
    {
        var ready = state.Count(WorkerPhase.Ready);
        if (state.Ending)
            return "stopping";
        if (state.Failures >= CrashLoop.Limit)
            return "crash loop";
        if (ready < state.Wanted)
            return ready > 0 && state.Failures > 0 ? "degraded" : "starting";
        if (state.Workers.Any(worker => !worker.Leaving && state.Outdated(worker)))
            return "rolling";
        return state.Workers.Any(worker => worker.Phase != WorkerPhase.Ready) ? "scaling" : "steady";
    }

    public static string Sentence(string condition, PoolState state, PoolRules rules, TimeSpan now)
    {
        var ready = state.Count(WorkerPhase.Ready);
        return condition switch
        {
            "crash loop" => string.Create(CultureInfo.InvariantCulture, $"crash loop: {state.Failures} failures in a row, the last: {state.LastFailure}; next try in {Math.Max(0, (CrashLoop.NextStart(state)!.Value - now).TotalSeconds):0} s"),
            "rolling" => $"rolling to generation {state.Generation}: {state.Workers.Count(worker => !worker.Leaving && state.Outdated(worker))} to go",
            "degraded" => $"{ready} of {state.Wanted} ready; the last failure: {state.LastFailure}",
            "starting" => $"{ready} of {state.Wanted} ready, {state.Count(WorkerPhase.Starting)} starting",
            "scaling" => $"{ready} ready, {state.Count(WorkerPhase.Starting)} starting, {state.Workers.Count(worker => worker.Leaving)} leaving",
            "stopping" => $"{state.Workers.Count} still to stop",
            _ => $"no action: {ready} ready of {(rules.Min == rules.Max ? $"{rules.Min}" : $"{rules.Min} to {rules.Max}")}",
        };
    }
}
