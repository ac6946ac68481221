using Understudy.Linux;
using Understudy.Workers;

namespace Understudy.Doctor;

/// <summary>A worker as the kernel shows it, whether or not an agent knows of it.</summary>
/// <param name="Id">app.pool.number.</param>
sealed record FoundWorker(string Id, IReadOnlyList<int> Pids)
{
    public string App => Id.Split('.')[0];

    public string Pool => Id.Split('.')[1];

    /// <summary>pool.number.</summary>
    public string Name => Id[(Id.IndexOf('.', StringComparison.Ordinal) + 1)..];

    public RunningWorker Running => new(Id, Pids.Count > 0 ? Pids[0] : 0);

    /// <summary>All that have a living process.</summary>
    public static IReadOnlyList<FoundWorker> All(IOwnership ownership) =>
        [.. ownership.Found().Where(id => id.Split('.') is [_, _, var number] && int.TryParse(number, out _)).Select(id => new FoundWorker(id, ownership.Processes(id, 0))).Where(worker => worker.Pids.Count > 0)];
}
