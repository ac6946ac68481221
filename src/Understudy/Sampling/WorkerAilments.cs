using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.State;
using Understudy.Workers;

namespace Understudy.Sampling;

/// <summary>Looks each second, or as often as a hundredth of a core allows, for what keeps workers from serving.</summary>
sealed class WorkerAilments(AilmentScan scan, Func<IEnumerable<RunningWorker>> workers, EventLog events)
{
    static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    volatile IReadOnlyDictionary<string, AilingWorker> _state = new Dictionary<string, AilingWorker>();

    /// <summary>What a worker (app.pool.number) suffers from; null: nothing is known.</summary>
    public string? Of(string id) => _state.GetValueOrDefault(id)?.Ailment;

    public Rounds Rounds { get; } = new("the look for what ails workers", events, Least);

    public Task Run(CancellationToken cancellation) => Rounds.Run(Least, () => ScanPeriod.After(Turn(), Least), cancellation);

    /// <summary>Returns the CPU time that it took.</summary>
    TimeSpan Turn()
    {
        var before = ThreadClock.Used;
        var (state, news) = AilmentWatch.Turn(_state, scan.Look([.. workers()]), BootClock.Now);
        _state = state;
        foreach (var one in news)
            events.Add(one.Kind, one.Message, workerId: one.Worker);
        return ThreadClock.Used - before;
    }
}
