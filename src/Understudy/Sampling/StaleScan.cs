using Understudy.Decisions.Sampling;
using Understudy.Linux;

namespace Understudy.Sampling;

/// <summary>What the kernel tells of the processes that are ours, and of those that were. Not for several threads at once.</summary>
sealed class StaleScan(IOwnership ownership, ProcessTable processes)
{
    /// <summary>Marks are looked for in every process of the host: what left its group before it was seen there is found so late.</summary>
    static readonly TimeSpan MarksEvery = TimeSpan.FromSeconds(30);

    readonly Dictionary<int, (OwnedProcess Process, string Id)> _known = [];
    readonly Dictionary<ProcessKey, MovedProcess> _moved = [];
    TimeSpan _marksAt = TimeSpan.MinValue;

    public StaleScan(IOwnership ownership) : this(ownership, new ProcessTable()) { }

    /// <summary>Everything that bears our mark: to be asked before the ledgers are.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> Look() => ownership.All();

    /// <summary>What a look has shown, with what identifies each process. Of the groups at rest only what is new there is read.</summary>
    /// <param name="rests">Somebody counts it, and it is to stay.</param>
    public IReadOnlyList<OwnedGroup> Describe(IReadOnlyDictionary<string, IReadOnlyList<int>> look, Func<string, bool> rests)
    {
        var groups = new List<OwnedGroup>(look.Count);
        foreach (var (id, pids) in look)
        {
            var old = rests(id);
            var members = new List<OwnedProcess>(pids.Count);
            foreach (var pid in pids)
            {
                if ((old && _known.TryGetValue(pid, out var known) && known.Id == id ? known.Process : Read(pid)) is not { } process)
                    continue;
                _known[pid] = (process, id);
                members.Add(process);
            }
            groups.Add(new OwnedGroup(id, members));
        }
        return groups;
    }

    /// <summary>What was in a group of ours, or carries our mark, and is elsewhere now. Without cgroups nothing can be said of that.</summary>
    /// <param name="calm">Marks may be looked for: they are in the processes' own memory, which on a host that swaps is waited for.</param>
    public IReadOnlyList<MovedProcess> Moved(IReadOnlyDictionary<string, IReadOnlyList<int>> look, TimeSpan now, bool calm)
    {
        var within = look.Values.SelectMany(pids => pids).ToHashSet();
        var left = _known.Where(known => !within.Contains(known.Key)).ToList();
        foreach (var (pid, _) in left)
            _known.Remove(pid);
        if (ownership is not CgroupOwnership own)
            return [];
        foreach (var (pid, known) in left)
            Note(own, pid, known.Id, known.Process.Key.StartTicks);
        foreach (var key in _moved.Keys.Where(key => within.Contains(key.Pid) || Read(key.Pid)?.Key != key).ToList())
            _moved.Remove(key);
        if (calm && now >= _marksAt)
        {
            _marksAt = now + MarksEvery;
            foreach (var pid in processes.Pids().Where(pid => !within.Contains(pid)))
            {
                if (MarkerOwnership.MarkOf(processes, own.Key, pid) is { } id)
                    Note(own, pid, id, null);
            }
        }
        return [.. _moved.Values.OrderBy(moved => moved.Process.Key.Pid)];
    }

    /// <param name="startTicks">Another process under this pid is not meant. Null: whichever it is.</param>
    void Note(CgroupOwnership own, int pid, string id, long? startTicks)
    {
        if (Read(pid) is not { } process || (startTicks is { } start && process.Key.StartTicks != start))
            return;
        // On its way from one of our groups into another it is in neither's list.
        if (processes.Groups(pid)?.Unified is { } place && !own.Holds(place))
            _moved[process.Key] = new MovedProcess(process, id, place);
    }

    OwnedProcess? Read(int pid) => processes.Living(pid) is { } stat ? new OwnedProcess(new ProcessKey(pid, stat.StartTicks), stat.Parent, stat.Name, stat.State) : null;
}
