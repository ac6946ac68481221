namespace Understudy.Decisions.Doctor;

/// <summary>How much a finding matters.</summary>
public enum Weight
{
    /// <summary>To know; nothing is wrong.</summary>
    Note,

    /// <summary>It will hurt one day.</summary>
    Warning,

    /// <summary>It hurts now, or the next failure becomes an outage.</summary>
    Error,
}
