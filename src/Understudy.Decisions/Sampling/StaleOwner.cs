using System.Globalization;

namespace Understudy.Decisions.Sampling;

/// <summary>An owner whose processes nobody counts, or that is past its deadline. All times are since boot.</summary>
public sealed record StaleOwner
{
    public required string Id { get; init; }
    public required TimeSpan Since { get; init; }

    /// <summary>Why it is stale, as the rest of a sentence that begins with its name.</summary>
    public required string Reason { get; init; }
    public required StalePolicy Policy { get; init; }

    /// <summary>As last seen.</summary>
    public required OwnedGroup Group { get; init; }
    public string Release { get; init; } = "";
    public int Generation { get; init; }

    /// <summary>A pool counts it still: only its deadline has passed.</summary>
    public bool Counted { get; init; }

    /// <summary>When it is killed; null: it is not.</summary>
    public TimeSpan? DeadlineAt { get; init; }
    public TimeSpan? AskedAt { get; init; }
    public TimeSpan? FirstKilledAt { get; init; }
    public TimeSpan? KilledAt { get; init; }

    /// <summary>It was told that killing does not end it.</summary>
    public bool ToldUnkillable { get; init; }

    /// <summary>Why it is still there, in words.</summary>
    public string KeptBy(TimeSpan now) => this switch
    {
        { FirstKilledAt: { } killed } => $"was killed {Seconds(now - killed)} ago{(Group.Processes.Any(process => process.State == 'D') ? ", and waits in the kernel" : "")}",
        { Policy: StalePolicy.Report, Group.Owner.Kind: OwnerKind.Run } => "was a person's doing: `understudy reap` ends it",
        { Policy: StalePolicy.Report } => "`stale: report` leaves it alone: `understudy reap` ends it",
        { AskedAt: { } asked, DeadlineAt: { } deadline } =>
            $"was asked to end {Seconds(now - asked)} ago{(Group.Processes.All(process => process.State is 'T' or 't') ? ", and cannot hear: it is stopped" : "")}; is killed in {Seconds(deadline - now)}",
        _ => "is killed now",
    };

    static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0} s");
}
