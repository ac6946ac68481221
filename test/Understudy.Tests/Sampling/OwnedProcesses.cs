using Understudy.Linux;

namespace Understudy.Tests.Sampling;

/// <summary>Processes that are ours because a test says so.</summary>
sealed class OwnedProcesses(params (string Id, int[] Pids)[] workers) : IOwnership
{
    public string Describe => "cgroup";

    public string Key => "test";

    public IReadOnlyList<int> Processes(string id, int leader) => [.. workers.Where(one => one.Id == id).SelectMany(one => one.Pids)];

    public IReadOnlyList<string> Found() => [.. workers.Select(one => one.Id)];

    public IReadOnlyDictionary<string, IReadOnlyList<int>> All() => workers.ToDictionary(one => one.Id, one => (IReadOnlyList<int>)one.Pids);

    public string? Prepare(string id) => throw new InvalidOperationException();

    public string? CgroupOf(string id) => null;

    public void Signal(string id, int leader, Signal signal) => throw new InvalidOperationException();

    public void Kill(string id, int leader) => throw new InvalidOperationException();

    public bool Release(string id) => throw new InvalidOperationException();

    public void End() => throw new InvalidOperationException();
}
