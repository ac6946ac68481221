using Understudy.Api;

namespace Understudy.Cli;

/// <summary>How far a restart or a scaling has come in one pool, judged from two looks at it.</summary>
/// <param name="What">The pool, or the proxy.</param>
/// <param name="Done">Ended as asked.</param>
/// <param name="Moving">Still under way; at rest and not done, it has given up.</param>
/// <param name="Failed">It will not end by itself.</param>
/// <param name="Sentence">What to show meanwhile.</param>
internal sealed record RollProgress(string What, bool Done, bool Moving, bool Failed, string Sentence)
{
    /// <summary>What the subject last said of itself.</summary>
    public string LastSentence { get; init; } = "";

    /// <param name="before">The pool's workers when the restart was asked for: all of them have to go.</param>
    public static RollProgress OfRestart(IReadOnlySet<string> before, PoolDocument pool)
    {
        var left = pool.Workers.Count(worker => before.Contains(worker.Worker));
        var sentence = $"{pool.Pool}: {before.Count - left} of {before.Count} replaced, {pool.Ready} of {pool.Wanted} ready";
        return Of(pool, left == 0 && pool.State == "steady", sentence);
    }

    /// <summary>A pool that has not had its turn since it was asked still shows the old number.</summary>
    public static RollProgress OfScale(ScaleTarget target, PoolDocument pool)
    {
        var (least, most) = (target.Min ?? pool.Min, target.Max ?? pool.Max);
        var taken = pool.Min == least && pool.Max == most && pool.Wanted >= least && pool.Wanted <= most;
        var going = pool.Workers.Count(worker => worker.State is not ("ready" or "down" or "starting"));
        var sentence = $"{pool.Pool}: {pool.Ready} of {pool.Wanted} ready" + (going > 0 ? $", {going} going" : "");
        return Of(pool, taken && pool.State == "steady" && pool.Ready >= pool.Wanted && going == 0, sentence);
    }

    public static RollProgress OfProxy(int pidBefore, ProxyDocument? proxy)
    {
        var done = proxy is { State: "serving" } && proxy.Pid != pidBefore;
        return new("proxy", done, Moving: proxy is null || proxy.State != "serving", Failed: false, done ? "proxy: the new one serves" : "proxy: waiting for the new one");
    }

    static RollProgress Of(PoolDocument pool, bool done, string sentence) =>
        new("pool " + pool.Pool, done, Moving: pool.State is not ("steady" or "degraded"), Failed: pool.State == "crash loop", sentence) { LastSentence = pool.LastSentence };
}
