using Understudy.Decisions.Sampling;
using Understudy.Linux;

namespace Understudy.Sampling;

/// <summary>What one `understudy reap` is about.</summary>
/// <param name="pid">Null: all.</param>
sealed class ReapSession(ReapLook look, int? pid)
{
    /// <summary>An agent that answers finds what is stale within this.</summary>
    static readonly TimeSpan AgentFindsWithin = TimeSpan.FromSeconds(2);

    static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>Single processes that have left their owner's cgroup: only their own pid ends them.</summary>
    public IReadOnlyList<ReapVerdict> Moved { get; private set; } = [];

    /// <summary>What is stale or may be; or, with a pid, what that belongs to: nothing where it is not ours.</summary>
    public async Task<IReadOnlyList<ReapVerdict>> Look()
    {
        var until = BootClock.Now + AgentFindsWithin;
        while (true)
        {
            var sight = look.Take(pid);
            var judged = ReapDecision.Judge(sight, BootClock.Now);
            IReadOnlyList<ReapVerdict> verdicts = [.. judged.Where(Meant)];
            Moved = [.. judged.Where(verdict => verdict.Moved && pid is null)];
            if (!sight.AgentAnswers || BootClock.Now >= until || verdicts.All(verdict => verdict.Ruling != ReapRuling.Doubtful))
                return verdicts;
            await Task.Delay(BetweenLooks);
        }
    }

    bool Meant(ReapVerdict verdict) => pid is { } one ? verdict.Group.Processes.Any(process => process.Key.Pid == one) : verdict.Ruling != ReapRuling.Kept && !verdict.Moved;
}
