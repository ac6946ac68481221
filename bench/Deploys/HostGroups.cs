using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Understudy.Bench.Linux;

namespace Understudy.Bench.Deploys;

/// <summary>The cgroups that an agent makes for its root: what is in them is its own, whatever it did to its environment.</summary>
sealed class HostGroups(string root)
{
    readonly string _name = "understudy-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(root)))[..12];

    /// <summary>Each process of an app, by the name of its group, such as shop.web.3.</summary>
    public IEnumerable<(string Group, int Pid)> Of(string app) =>
        from tree in Trees()
        from folder in Folders(Path.Combine(tree, "workers"))
        where Path.GetFileName(folder).StartsWith(app + ".", StringComparison.Ordinal)
        from pid in Pids(folder)
        select (Path.GetFileName(folder), pid);

    /// <summary>Of cgroup v2: where each worker has its own.</summary>
    public string Workers => Path.Combine(Trees(" - cgroup2 ").Single(), "workers");

    /// <summary>Kills all that is in them, and removes them.</summary>
    public void End()
    {
        foreach (var tree in Trees())
        {
            // What is killed takes a moment to leave its group.
            for (var tries = 0; tries < 200 && !Remove(tree); tries++)
                Thread.Sleep(25);
        }
    }

    static bool Remove(string group)
    {
        foreach (var below in Folders(group))
            Remove(below);
        foreach (var pid in Pids(group))
            Signals.Send(pid, Signals.Kill);
        try
        {
            // A group's files are not removed with it: only the kernel's rmdir does it.
            Directory.Delete(group);
            return true;
        }
        catch (IOException)
        {
            return !Directory.Exists(group);
        }
    }

    /// <summary>In cgroup v2, and in each hierarchy of v1 that limits the builds.</summary>
    IEnumerable<string> Trees(string kind = " - cgroup") =>
        from line in File.ReadLines("/proc/self/mountinfo")
        where line.Contains(kind, StringComparison.Ordinal)
        from place in (string[])["", "system.slice/understudy-workers.service"]
        let tree = Path.Combine(line.Split(' ')[4], place, _name)
        where Directory.Exists(tree)
        select tree;

    static IEnumerable<string> Folders(string group) => Directory.Exists(group) ? Directory.GetDirectories(group) : [];

    static IEnumerable<int> Pids(string group)
    {
        try
        {
            return [.. Folders(group).SelectMany(Pids), .. File.ReadAllLines(Path.Combine(group, "cgroup.procs")).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
