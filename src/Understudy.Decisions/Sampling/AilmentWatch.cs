namespace Understudy.Decisions.Sampling;

/// <summary>What was seen of one worker from look to look.</summary>
public sealed record AilingWorker
{
    public IReadOnlyList<(BlockedProcess Process, TimeSpan Since)> Blocked { get; init; } = [];

    /// <summary>Since when connections have waited without an answer; null: none waits.</summary>
    public TimeSpan? WaitingSince { get; init; }

    public required WorkerSight Sight { get; init; }

    /// <summary>When its memory group was last found to have been full.</summary>
    public TimeSpan? FullAt { get; init; }

    /// <summary>What it suffers from, as a sentence; null: nothing.</summary>
    public string? Ailment { get; init; }
}

/// <param name="Kind">worker.stuck or worker.unstuck.</param>
public sealed record AilmentNews(string Kind, string Worker, string Message);

/// <summary>
/// Why a worker cannot serve, as only the kernel knows: a host that is locked up still accepts connections, and neither pressure nor a
/// living process tells it apart from a busy one.
/// </summary>
public static class AilmentWatch
{
    /// <summary>What lasts less is no news: a full garbage collection takes 1.3 s, a slow disk less.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>So long is spoken of a group that was full, though it has room again.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(60);

    public static (IReadOnlyDictionary<string, AilingWorker> State, IReadOnlyList<AilmentNews> News) Turn(IReadOnlyDictionary<string, AilingWorker> before, IEnumerable<WorkerSight> seen, TimeSpan now)
    {
        var state = new Dictionary<string, AilingWorker>();
        var news = new List<AilmentNews>();
        foreach (var sight in seen)
        {
            var was = before.GetValueOrDefault(sight.Id);
            var worker = state[sight.Id] = Follow(was, sight, now);
            if (worker.Ailment is { } ailment && was?.Ailment is null)
                news.Add(new("worker.stuck", sight.Id, $"{Short(sight.Id)}: {ailment}"));
            else if (worker.Ailment is null && was?.Ailment is not null)
                news.Add(new("worker.unstuck", sight.Id, $"{Short(sight.Id)} goes on: the kernel says nothing against it any more"));
        }
        return (state, news);
    }

    static AilingWorker Follow(AilingWorker? was, WorkerSight sight, TimeSpan now)
    {
        var worker = new AilingWorker
        {
            Sight = sight,
            // The same process in the same sleep; one that works hard on a disk is found in state D each time, and has run between.
            Blocked = [.. sight.Blocked.Select(process => (process, was?.Blocked.Where(old => Same(old.Process, process)).Select(old => (TimeSpan?)old.Since).FirstOrDefault() ?? now))],
            WaitingSince = sight.Queue is not { Waiting: > 0 } ? null : was?.WaitingSince is { } since && was.Sight.Answers == sight.Answers ? since : now,
            FullAt = sight.Memory is { } memory && was?.Sight.Memory is { } old && (memory.Reached > old.Reached || memory.Killed > old.Killed) ? now : was?.FullAt,
        };
        return worker with { Ailment = Ailment(worker, now) };
    }

    static string? Ailment(AilingWorker worker, TimeSpan now)
    {
        if (worker.Sight.Memory is { Waits: true })
            return "its memory group is full, and the kernel makes its processes wait and kills none (under_oom): it can serve nothing until something in the group ends or the limit is raised";
        if (worker.Blocked.Where(one => now - one.Since >= Patience).OrderBy(one => one.Since).FirstOrDefault() is { Since: var since, Process: { Pid: > 0 } process })
        {
            return FormattableString.Invariant(
                $"process {process.Pid} has been blocked in the kernel for {Seconds(now - since)} (state D{(process.WaitsIn is { } place ? ", in " + place : "")}): it waits for a disk, a network file system or memory, and no signal but, at best, KILL reaches it");
        }
        if (worker is { WaitingSince: { } waiting, Sight.Queue: { } queue } && now - waiting >= Patience)
        {
            return FormattableString.Invariant(
                $"{queue.Waiting} {(queue.Waiting == 1 ? "connection waits" : "connections wait")} to be accepted on port {worker.Sight.Port} (at most {queue.Backlog} can), and it has answered nothing for {Seconds(now - waiting)}");
        }
        if (worker.FullAt is { } full && now - full < Remembered)
            return FormattableString.Invariant($"its memory group was full {Seconds(now - full)} ago, and {worker.Sight.Memory?.Killed ?? 0} of its processes were killed for it so far");
        return null;
    }

    static bool Same(BlockedProcess a, BlockedProcess b) => (a.Pid, a.StartTicks, a.Switches) == (b.Pid, b.StartTicks, b.Switches);

    static string Seconds(TimeSpan span) => FormattableString.Invariant($"{(int)span.TotalSeconds} s");

    static string Short(string id) => id[(id.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
