namespace Understudy.Decisions.Proxying;

/// <summary>What the kernel says of a worker's processes.</summary>
public enum KernelSight
{
    /// <summary>Nothing against it, or nothing known.</summary>
    Alive,

    /// <summary>Stopped by a signal, by a tracer, or by the cgroup freezer.</summary>
    Stopped,

    /// <summary>Its process has ended, or is another one by now.</summary>
    Gone,
}

public enum EvidenceKind
{
    /// <summary>The probe got an HTTP answer, whatever its status.</summary>
    ProbeAnswered,

    /// <summary>The probe got no HTTP answer within its deadline.</summary>
    ProbeMissed,

    /// <summary>The probe's connection was refused.</summary>
    ProbeRefused,

    /// <summary>A request's connection was refused.</summary>
    ConnectRefused,
}

/// <param name="Status">Of the probe's answer.</param>
public readonly record struct Evidence(EvidenceKind Kind, int Status = 0, KernelSight Sight = KernelSight.Alive);

/// <summary>What stands around one worker when evidence about it is weighed.</summary>
/// <param name="FreeSlots">It has room for another request.</param>
/// <param name="LastAnswer">When it last answered a request; null: never.</param>
/// <param name="Listed">Workers in its pool, itself included.</param>
/// <param name="DownOnTimeouts">Workers of the pool that are down on timeouts alone.</param>
/// <param name="OthersAnswer">Another worker of the pool has answered something within <see cref="WorkerHealth.Silence"/>.</param>
public readonly record struct Surroundings(bool FreeSlots, TimeSpan? LastAnswer, int Listed, int DownOnTimeouts, bool OthersAnswer);

[Flags]
public enum HealthActions
{
    None = 0,
    MarkDown = 1,
    MarkUp = 2,

    /// <summary>End what is in flight there, to be retried by the rules.</summary>
    Abort = 4,
}

/// <summary>
/// Whether a worker gets requests. Down at once: connection refused, or a missed probe while the kernel says that it is stopped or gone.
/// Down after <see cref="Silence"/>: no answer of any kind although it has free slots, while others in the pool answer, and only while
/// at most half of the pool (rounded down: none of one, one of two or three) is down for this reason. A worker with all slots in use is
/// busy, and a missed probe says nothing about it. Up again after <see cref="GoodProbesToReturn"/> good probes in a row.
/// </summary>
public sealed record WorkerHealth
{
    /// <summary>A probe without an answer by then is missed.</summary>
    public static readonly TimeSpan ProbeDeadline = TimeSpan.FromMilliseconds(400);

    /// <summary>How long a worker with free slots may say nothing at all.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    public const int GoodProbesToReturn = 2;

    public bool IsUp { get; private init; } = true;

    /// <summary>When it was marked up or down.</summary>
    public TimeSpan Since { get; private init; }

    /// <summary>Why it is down, in words.</summary>
    public string? Reason { get; private init; }

    /// <summary>Nothing but silence speaks against it.</summary>
    public bool DownOnTimeouts { get; private init; }

    /// <summary>It was marked down because the kernel said that it is stopped.</summary>
    public bool Stopped { get; private init; }

    TimeSpan? SilentSince { get; init; }

    int GoodProbes { get; init; }

    // An app whose ready path answers 404 or 302 for good is as well as it ever was when it answers that again.
    int UsualStatus { get; init; } = 200;

    public static WorkerHealth New(TimeSpan now) => new() { Since = now };

    public (WorkerHealth Next, HealthActions Actions) Weigh(Evidence evidence, Surroundings around, TimeSpan now) =>
        IsUp ? WeighUp(evidence, around, now) : WeighDown(evidence, now);

    (WorkerHealth, HealthActions) WeighUp(Evidence evidence, Surroundings around, TimeSpan now)
    {
        switch (evidence.Kind)
        {
            case EvidenceKind.ProbeAnswered:
                var usual = evidence.Status < 500 ? evidence.Status : UsualStatus;
                return SilentSince is null && UsualStatus == usual
                    ? (this, HealthActions.None)
                    : (this with { SilentSince = null, UsualStatus = usual }, HealthActions.None);
            case EvidenceKind.ProbeRefused or EvidenceKind.ConnectRefused:
                // What is inside may still be finished: a dead process's connections break by themselves.
                return (Down(now, evidence.Sight == KernelSight.Gone ? "its process has ended" : "its port refuses connections", false),
                    HealthActions.MarkDown | (evidence.Sight == KernelSight.Alive ? HealthActions.None : HealthActions.Abort));
            default:
                return evidence.Sight switch
                {
                    KernelSight.Gone => (Down(now, "a probe went unanswered and its process has ended", false), HealthActions.MarkDown | HealthActions.Abort),
                    KernelSight.Stopped => (Down(now, "a probe went unanswered and the kernel says that it is stopped", false) with { Stopped = true }, HealthActions.MarkDown | HealthActions.Abort),
                    _ => WeighSilence(around, now),
                };
        }
    }

    (WorkerHealth, HealthActions) WeighSilence(Surroundings around, TimeSpan now)
    {
        // Busy is not dead; nor is one that answers requests but no probes.
        if (!around.FreeSlots) return (SilentSince is null ? this : this with { SilentSince = null }, HealthActions.None);
        var since = SilentSince ?? now - ProbeDeadline;
        if (around.LastAnswer > since) since = around.LastAnswer.Value;
        var silent = this with { SilentSince = since };
        // Where nobody answers it is the machine, or the proxy itself, that is slow.
        if (now - since < Silence || !around.OthersAnswer || around.DownOnTimeouts + 1 > around.Listed / 2) return (silent, HealthActions.None);
        return (Down(now, $"no answer to anything for {(now - since).TotalSeconds:0.0} s although it has free slots", true), HealthActions.MarkDown | HealthActions.Abort);
    }

    (WorkerHealth, HealthActions) WeighDown(Evidence evidence, TimeSpan now)
    {
        if (evidence.Kind != EvidenceKind.ProbeAnswered)
        {
            return (GoodProbes == 0 ? this : this with { GoodProbes = 0 },
                evidence.Sight == KernelSight.Alive ? HealthActions.None : HealthActions.Abort);
        }

        if (evidence.Status is < 200 or > 299 && evidence.Status != UsualStatus) return (this with { GoodProbes = 0 }, HealthActions.None);
        return GoodProbes + 1 < GoodProbesToReturn
            ? (this with { GoodProbes = GoodProbes + 1 }, HealthActions.None)
            : (new WorkerHealth { Since = now, UsualStatus = UsualStatus }, HealthActions.MarkUp);
    }

    WorkerHealth Down(TimeSpan now, string reason, bool onTimeouts) =>
        new() { IsUp = false, Since = now, Reason = reason, DownOnTimeouts = onTimeouts, UsualStatus = UsualStatus };
}
