using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.State;
using Understudy.Workers;

namespace Understudy.Sampling;

/// <summary>Looks again and again for connections that sibling processes share, as often as a hundredth of a core allows.</summary>
sealed class SharedConnections(ConnectionScan scan, Func<IEnumerable<RunningWorker>> workers, EventLog events)
{
    static readonly TimeSpan Least = TimeSpan.FromSeconds(5);

    volatile ConnectionsState _state = ConnectionsState.Empty;

    /// <summary>What is known now, the worst first.</summary>
    public IReadOnlyList<SharedConnection> Found => _state.Shared;

    public Rounds Rounds { get; } = new("the scan for shared connections", events, ScanPeriod.Most);

    public Task Run(CancellationToken cancellation) => Rounds.Run(Least, () => ScanPeriod.After(Turn(), Least), cancellation);

    /// <summary>Returns the CPU time that it took.</summary>
    TimeSpan Turn()
    {
        var before = ThreadClock.Used;
        var (state, news) = ConnectionWatch.Turn(_state, scan.Look(workers()), BootClock.Now);
        _state = state;
        foreach (var one in news)
            events.Add(one.Kind, one.Message, one.App, one.Pool);
        return ThreadClock.Used - before;
    }
}
