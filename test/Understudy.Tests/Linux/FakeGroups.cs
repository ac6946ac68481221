using System.Globalization;
using Understudy.Linux;

namespace Understudy.Tests.Linux;

/// <summary>The cgroups of one root in a temporary folder, and the processes in them in a folder like /proc.</summary>
sealed class FakeGroups : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly Dictionary<string, List<int>> _groups = [];

    public FakeGroups(string key = "abc")
    {
        Workers = _folder[$"understudy-{key}/workers"];
        Directory.CreateDirectory(Workers);
        Ownership = new CgroupOwnership(Workers);
    }

    public FakeProc Proc { get; } = new();

    public string Workers { get; }

    public CgroupOwnership Ownership { get; }

    /// <summary>A process in a group; with a child group too, such as one that systemd made within.</summary>
    public FakeGroups Runs(string id, int pid, long start = 100, char state = 'S', string name = "ruby", string? within = null)
    {
        Proc.Add(pid, start: start, state: state, name: name, group: PlaceOf(id), environment: $"{MarkerOwnership.Marker}=abc/{id}\0");
        return List(within is null ? id : $"{id}/{within}", pids => pids.Add(pid));
    }

    /// <summary>It is in the group no more, and in another place.</summary>
    public FakeGroups Moves(string id, int pid, string place, long start = 100, string? environment = null)
    {
        Proc.Remove(pid).Add(pid, start: start, group: place, environment: environment ?? $"{MarkerOwnership.Marker}=abc/{id}\0");
        return List(id, pids => pids.Remove(pid));
    }

    /// <summary>It ends.</summary>
    public FakeGroups Ends(string id, int pid)
    {
        Proc.Remove(pid);
        return List(id, pids => pids.Remove(pid));
    }

    /// <summary>Whether the whole group was told to die.</summary>
    public bool Killed(string id) => File.Exists(Path.Combine(Workers, id, "cgroup.kill"));

    public string PlaceOf(string id) => $"/{Path.GetFileName(Path.GetDirectoryName(Workers))}/workers/{id}";

    public void Dispose()
    {
        Proc.Dispose();
        _folder.Dispose();
    }

    FakeGroups List(string group, Action<List<int>> change)
    {
        if (!_groups.TryGetValue(group, out var pids))
            _groups[group] = pids = [];
        change(pids);
        var folder = Directory.CreateDirectory(Path.Combine(Workers, group)).FullName;
        File.WriteAllText(Path.Combine(folder, "cgroup.procs"), string.Concat(pids.Select(pid => pid.ToString(CultureInfo.InvariantCulture) + "\n")));
        return this;
    }
}
