namespace Understudy.Decisions.Sampling;

/// <summary>What the kernel says of a worker, as far as it tells whether it can serve.</summary>
/// <param name="Id">app.pool.number.</param>
/// <param name="Port">0: it listens for no requests.</param>
/// <param name="Blocked">Its processes that are in uninterruptible sleep at this moment.</param>
/// <param name="Queue">Of the listeners on its port; null: there is none.</param>
/// <param name="Answers">Requests that it has answered so far.</param>
/// <param name="Memory">Of its memory group; null: it has none.</param>
public sealed record WorkerSight(string Id, int Port, IReadOnlyList<BlockedProcess> Blocked, AcceptQueue? Queue, long Answers, GroupMemory? Memory);

/// <summary>A process in state D.</summary>
/// <param name="StartTicks">Together with the pid it names the process for good.</param>
/// <param name="Switches">How often it has given the processor up. The same number at two looks: it has not run between them.</param>
/// <param name="WaitsIn">The kernel's function, such as io_schedule; null where that is not told.</param>
public readonly record struct BlockedProcess(int Pid, long StartTicks, long Switches, string? WaitsIn);

/// <summary>Connections that the kernel has taken and the process has not.</summary>
/// <param name="Backlog">How many may wait; further ones are turned away.</param>
public readonly record struct AcceptQueue(long Waiting, long Backlog);

/// <summary>How a memory group stands with its limit.</summary>
/// <param name="Waits">`under_oom` of v1: it is full, and its processes are made to wait, for nothing is to be killed.</param>
/// <param name="Reached">How often it was full so that an allocation failed or something had to be killed (v2).</param>
/// <param name="Killed">How many processes were killed for it.</param>
public readonly record struct GroupMemory(bool Waits, long Reached, long Killed);
