namespace Understudy.Decisions.Proxying;

/// <summary>
/// Whether another host is given an app's requests. It is after its first good page. Down at once: no connection comes about. Down at the second
/// in a row: the connection breaks, or the page is an error (500 and above, or 421: it does not know the app), the latter only while
/// another host is well. Down after <see cref="Silence"/>: no answer to a probe and none to a request since, and only while another host is
/// well, so that never all are down on timeouts alone. Up again after <see cref="GoodProbesToReturn"/> good pages in a row.
/// </summary>
public sealed record HostHealth
{
    /// <summary>Between two probes. With <see cref="Silence"/> less than a second, also where the prober looks only every 50 ms.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Between two probes after something went wrong there.</summary>
    public static readonly TimeSpan HurriedInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a host that was asked may say nothing at all.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(700);

    /// <summary>Bad pages or broken connections in a row that mark it down.</summary>
    public const int MostBad = 2;

    public const int GoodProbesToReturn = 2;

    public bool IsUp { get; private init; }

    /// <summary>When it was marked up or down.</summary>
    public TimeSpan Since { get; private init; }

    /// <summary>Why it is down, in words.</summary>
    public string? Reason { get; private init; }

    /// <summary>Nothing but silence speaks against it.</summary>
    public bool DownOnTimeouts { get; private init; }

    /// <summary>It is up though the last probe went badly.</summary>
    public bool PageFails => IsUp && Bad > 0;

    TimeSpan? Asked { get; init; }

    /// <summary>When the oldest question without an answer was asked.</summary>
    TimeSpan? Waiting { get; init; }

    int Good { get; init; }

    int Bad { get; init; }

    /// <summary>Listed a moment ago and not heard of yet.</summary>
    public static HostHealth New(TimeSpan now) => new() { Since = now, Reason = "not asked yet", Good = GoodProbesToReturn - 1 };

    /// <param name="hurried">Something went wrong there since the last probe.</param>
    public bool IsDue(bool hurried, TimeSpan now) => Asked is not { } asked || now - asked >= (hurried ? HurriedInterval : Interval);

    public HostHealth Ask(TimeSpan now) => this with { Asked = now, Waiting = Waiting ?? now };

    /// <summary>This process itself was held up: what it did not hear meanwhile says nothing of the host.</summary>
    public HostHealth Stalled(TimeSpan now) => Waiting is null ? this : this with { Waiting = now };

    /// <param name="lastAnswer">When it last answered a request; null: never.</param>
    /// <param name="othersWell">Another host, this one included, serves the app and was heard lately.</param>
    public (HostHealth Next, HealthActions Actions) Look(TimeSpan? lastAnswer, bool othersWell, TimeSpan now)
    {
        if (!IsUp || Waiting is not { } since) return (this, HealthActions.None);
        if (lastAnswer > since) since = lastAnswer.Value;
        return now - since < Silence || !othersWell
            ? (this, HealthActions.None)
            : (Down($"no answer to anything for {(now - since).TotalSeconds:0.0} s", true, now), HealthActions.MarkDown | HealthActions.Abort);
    }

    /// <summary>Has it left a question unanswered for so long that it cannot be called well?</summary>
    public bool IsQuiet(TimeSpan? lastAnswer, TimeSpan now) => Waiting is { } since && now - (lastAnswer > since ? lastAnswer.Value : since) > Interval + Interval;

    public (HostHealth Next, HealthActions Actions) Weigh(HostEvidence evidence, bool othersWell, TimeSpan now)
    {
        if (IsUp) return WeighUp(evidence, othersWell, now);
        var next = WeighDown(evidence, now);
        return (next, next.IsUp ? HealthActions.MarkUp : HealthActions.None);
    }

    (HostHealth, HealthActions) WeighUp(HostEvidence evidence, bool othersWell, TimeSpan now)
    {
        switch (evidence.Kind)
        {
            case HostEvidenceKind.Refused:
                // What is inside may still be finished: a dead process's connections break by themselves.
                return (Down(evidence.Words ?? "no connection comes about", false, now), HealthActions.MarkDown);
            case HostEvidenceKind.Broke:
                return Bad + 1 < MostBad
                    ? (this with { Bad = Bad + 1 }, HealthActions.None)
                    : (Down(evidence.Words ?? "its connections break", false, now), HealthActions.MarkDown | HealthActions.Abort);
            case HostEvidenceKind.Answered when IsGood(evidence.Status):
                return (this with { Waiting = null, Bad = 0 }, HealthActions.None);
            case HostEvidenceKind.Answered:
                var bad = Bad + 1;
                // Where every host's page fails it is the app that does, and an error page is better than none.
                return bad < MostBad || !othersWell
                    ? (this with { Waiting = null, Bad = bad }, HealthActions.None)
                    : (Down($"its page answers {evidence.Status}", false, now), HealthActions.MarkDown);
            default:
                // Look knows for how long.
                return (this, HealthActions.None);
        }
    }

    HostHealth WeighDown(HostEvidence evidence, TimeSpan now) => evidence switch
    {
        { Kind: HostEvidenceKind.Answered } when !IsGood(evidence.Status) => this with { Waiting = null, Good = 0, Reason = $"its page answers {evidence.Status}" },
        { Kind: HostEvidenceKind.Answered } when Good + 1 < GoodProbesToReturn => this with { Waiting = null, Good = Good + 1 },
        { Kind: HostEvidenceKind.Answered } => new HostHealth { IsUp = true, Since = now, Asked = Asked },
        { Kind: HostEvidenceKind.Missed } => this with { Good = 0 },
        _ => this with { Good = 0, Reason = evidence.Words ?? Reason },
    };

    static bool IsGood(int status) => status < 500 && status != 421;

    HostHealth Down(string reason, bool onTimeouts, TimeSpan now) =>
        new() { Since = now, Reason = reason, DownOnTimeouts = onTimeouts, Asked = Asked };
}
