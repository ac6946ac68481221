namespace Understudy.Decisions.Sampling;

/// <summary>What the memory guard may do.</summary>
public enum GuardMode
{
    /// <summary>Nothing: memory is not watched.</summary>
    Off,

    /// <summary>Says what it would do.</summary>
    Report,

    /// <summary>Does it.</summary>
    Act,
}
