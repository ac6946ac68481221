using Microsoft.Data.Sqlite;
using Understudy.Api;
using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.State;
using Understudy.Workers;

namespace Understudy.Sampling;

/// <summary>The same account where no agent answers: what the kernel says, and what the agent has written down.</summary>
sealed class MemoryWithoutAgent
{
    /// <summary>Nobody has measured before: this long a look that is to be instant measures by itself.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    readonly Paths _paths;
    readonly ReapLook _stale;
    readonly MemorySampler _sampler;
    readonly MemoryLook _look;
    readonly MemoryTrend _trend = new();
    TimeSpan? _since;
    bool _calm;

    public MemoryWithoutAgent(Paths paths, IAgentEndpoint agent)
    {
        _paths = paths;
        _stale = new ReapLook(paths, agent) { AgentIsSilent = true };
        _sampler = new MemorySampler(new ProcessTable(), () => _calm);
        _look = new MemoryLook(_stale.Owned, _sampler);
    }

    /// <summary>Looked at again and again, it also knows how fast memory goes.</summary>
    /// <param name="why">How the agent is, where that is not to be seen from here.</param>
    public MemoryDocument Describe(string host, bool exact, string? why = null)
    {
        var judged = _stale.Take(null);
        var level = Level();
        _calm = GuardDecision.Asked(new GuardSight(level, default, 0)) == GuardStep.Calm;
        if (_since is not null && !exact)
            _sampler.Turn([.. judged.Groups.SelectMany(group => group.Processes).Select(process => process.Key.Pid)]);
        var sight = _look.Look(exact, judged.SilentAgent, [], Patience);
        _since ??= sight.At;
        _trend.Add(sight.At, level.LeftBytes);
        var watched = sight.At - _since > TimeSpan.FromSeconds(2);
        var (workers, unread) = Workers();
        return new MemoryDescription(sight, watched ? _trend.FallingBytesPerSecond : null)
        {
            Host = host,
            Agent = why ?? _stale.Agent,
            Exact = exact,
            Missing = [.. Missing(unread, watched)],
        }.Of(workers, [.. ReapDecision.Judge(judged, sight.At).Where(verdict => verdict is { Ruling: not ReapRuling.Kept, Moved: false }).Select(Of)], []);
    }

    static MemoryLevel Level()
    {
        MemoryLevel level = default;
        using var memory = HostMemory.Open();
        memory?.Read(ref level);
        return level;
    }

    IEnumerable<string> Missing(string? unread, bool watched)
    {
        if (unread is not null)
            yield return $"which workers the pools count: {unread}";
        if (!watched)
            yield return "how fast memory goes: no agent says so, and it takes some seconds to see (--watch)";
        if (_stale.Owned is MarkerOwnership)
            yield return $"processes that have cleared their environment ({_stale.Owned.Describe})";
    }

    (IReadOnlyList<CountedWorker> Workers, string? Unread) Workers()
    {
        if (!File.Exists(_paths.State))
            return ([], $"{_paths.State} is not there");
        try
        {
            using var database = Database.Reading(_paths.State);
            return ([.. new Ledger(database).Workers().Select(Of)], null);
        }
        catch (Exception refused) when (refused is OperationRefused or SqliteException or IOException or UnauthorizedAccessException)
        {
            return ([], refused.Message);
        }
    }

    static CountedWorker Of(LedgerWorker worker) =>
        new(worker.State.Id, worker.State.Phase.ToString().ToLowerInvariant(), worker.Pid, worker.Release, worker.State.Generation, TimeOfDay.At(worker.State.StartedAt));

    static StaleMemory Of(ReapVerdict verdict) => verdict.Ruling == ReapRuling.Doubtful
        ? new(verdict.Id, verdict.Sentence, "in doubt nothing is ended", verdict.Since, InDoubt: true)
        : new(verdict.Id, verdict.Sentence, "no agent ends it: `understudy reap` does", verdict.Since);
}
