namespace Understudy.Decisions.Sampling;

/// <summary>A process that bears our mark.</summary>
/// <param name="Name">As the kernel has it, at most 15 bytes: it may rename itself, so that nothing is decided by it.</param>
/// <param name="State">R, S, D, T and so on, as in proc(5).</param>
public readonly record struct OwnedProcess(ProcessKey Key, int Parent, string Name, char State)
{
    /// <summary>`1234 ruby`, and its state where it is one that tells something.</summary>
    public override string ToString() => State switch
    {
        'D' => $"{Key.Pid} {Name} (waits in the kernel, state D)",
        'T' or 't' => $"{Key.Pid} {Name} (stopped)",
        _ => $"{Key.Pid} {Name}",
    };
}
