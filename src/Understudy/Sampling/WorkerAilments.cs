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

    public async Task Run(CancellationToken cancellation)
    {
        var wait = Least;
        try
        {
            while (true)
            {
                await Task.Delay(wait, cancellation);
                try
                {
                    wait = ScanPeriod.After(Turn(), Least);
                }
                catch (Exception bug) when (bug is not OperationCanceledException)
                {
                    events.Trouble("the look for what ails workers", bug);
                }
            }
        }
        catch (OperationCanceledException) { }
    }

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
