namespace Understudy.Decisions.Proxying;

public enum HostEvidenceKind
{
    /// <summary>The probe got a page, of whatever status.</summary>
    Answered,

    /// <summary>No connection came about: refused, unreachable, or not one of this fleet.</summary>
    Refused,

    /// <summary>The connection broke under the probe.</summary>
    Broke,

    /// <summary>The probe got no answer within its deadline.</summary>
    Missed,
}

/// <summary>What came of one probe of another host.</summary>
/// <param name="Status">Of the page.</param>
/// <param name="Words">Why there is none.</param>
public readonly record struct HostEvidence(HostEvidenceKind Kind, int Status = 0, string? Words = null);
