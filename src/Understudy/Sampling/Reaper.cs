using Understudy.Decisions.Sampling;
using Understudy.Linux;

namespace Understudy.Sampling;

/// <summary>Ends what is stale by hand: judges, kills, and judges anew until nothing of it is left.</summary>
sealed class Reaper(ReapLook look)
{
    static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(5);
    static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    /// <summary>Kills these, each at once with all of its processes. Returns the ids of those of which something is still there at the end.</summary>
    /// <param name="stale">Verdicts of just now.</param>
    public async Task<IReadOnlySet<string>> End(IReadOnlyList<ReapVerdict> stale, int? pid)
    {
        var deadline = BootClock.Now + EndsWithin;
        var left = stale;
        while (true)
        {
            foreach (var one in left)
                Kill(one);
            await Task.Delay(BetweenLooks);
            var wanted = stale.Select(one => (one.Id, one.Moved)).ToHashSet();
            // What is not stale any more, because somebody has begun to count it, is left from here on.
            left = [.. ReapDecision.Judge(look.Take(pid), BootClock.Now).Where(one => one.Ruling == ReapRuling.Stale && wanted.Contains((one.Id, one.Moved)) && (!one.Moved || Lives(one)))];
            if (left.Count == 0 || BootClock.Now >= deadline)
                return left.Select(one => one.Id).ToHashSet();
        }
    }

    void Kill(ReapVerdict one)
    {
        // A worker's number is never used twice, so that its whole group is meant, with what it forks at this moment.
        if (!one.Moved && one.Group.Owner.Kind == OwnerKind.Worker)
        {
            look.Owned.Kill(one.Id, 0);
            return;
        }
        // Of any other name the next may have begun: only what was judged is.
        foreach (var process in one.Group.Processes)
        {
            using var held = PidFd.Open(process.Key.Pid, process.Key.StartTicks);
            held?.Send(Signal.Kill);
        }
    }

    static bool Lives(ReapVerdict one)
    {
        using var held = PidFd.Open(one.Group.Processes[0].Key.Pid, one.Group.Processes[0].Key.StartTicks);
        return held is not null;
    }
}
