namespace Understudy.Decisions.Sampling;

/// <summary>A process and what is known of its memory.</summary>
/// <param name="ResidentBytes">Never to be added up: what forks share counts in each.</param>
/// <param name="Command">Its command line, or what it calls itself now. Null: not read.</param>
/// <param name="Sample">Null: not measured yet, or it may not be read.</param>
public sealed record SeenProcess(OwnedProcess Process, long ResidentBytes, string? Command = null, MemorySample? Sample = null)
{
    public int Pid => Process.Key.Pid;

    /// <summary>By which the larger is told from the smaller: PSS, and where that is not known what is certainly no less.</summary>
    public long Weight => Sample?.PssBytes ?? ResidentBytes;
}
