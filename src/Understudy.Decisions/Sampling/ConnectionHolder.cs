namespace Understudy.Decisions.Sampling;

/// <summary>A process that holds a shared connection.</summary>
/// <param name="StartedAt">Since boot. Together with the pid it names the process for good.</param>
/// <param name="Worker">pool.number.</param>
public sealed record ConnectionHolder(int Pid, TimeSpan StartedAt, string Worker);
