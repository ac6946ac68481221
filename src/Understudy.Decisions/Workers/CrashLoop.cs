namespace Understudy.Decisions.Workers;

/// <summary>
/// Workers that fail in a row are started ever more slowly. Past the limit the pool tries one a minute, forever: a site whose database
/// was away for ten minutes comes back by itself.
/// </summary>
public static class CrashLoop
{
    /// <summary>Failures in a row that make a crash loop (systemd's own default: 5 starts).</summary>
    public const int Limit = 5;

    /// <summary>A worker that ends by itself sooner than this after it was ready counts as a failure.</summary>
    public static readonly TimeSpan YoungUnder = TimeSpan.FromSeconds(60);

    /// <summary>A worker ready for this long after the last failure ends the row.</summary>
    public static readonly TimeSpan ProvenAfter = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan SlowRetry = TimeSpan.FromSeconds(60);

    static readonly int[] BackoffSeconds = [0, 0, 1, 2, 4];

    /// <summary>Earliest next start; null: at once.</summary>
    public static TimeSpan? NextStart(PoolState state) => state.LastFailureAt is not { } failed
        ? null
        : failed + (state.Failures >= Limit ? SlowRetry : TimeSpan.FromSeconds(BackoffSeconds[state.Failures]));

    /// <summary>Whether a worker that started after the last failure has proven itself.</summary>
    public static bool IsOver(PoolState state, TimeSpan now) => ProvenAt(state) is { } at && at <= now;

    /// <summary>
    /// When the row of failures will end if nothing else fails: once a worker started since has been ready for a while, or nothing is left to start.
    /// Null while neither is in sight.
    /// </summary>
    public static TimeSpan? ProvenAt(PoolState state)
    {
        if (state.Failures == 0 || state.LastFailureAt is not { } failed)
            return null;
        var proving = state.Workers.Where(worker => worker.ReadyAt is not null && worker.StartedAt > failed).Select(worker => worker.ReadyAt!.Value + ProvenAfter);
        if (proving.Any())
            return proving.Min();
        var complete = state.Count(WorkerPhase.Ready) >= state.Wanted && !state.Workers.Any(state.Outdated);
        return complete ? failed + SlowRetry : null;
    }
}
