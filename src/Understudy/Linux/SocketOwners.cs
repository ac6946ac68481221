using System.Globalization;
using Understudy.Decisions.Sampling;

namespace Understudy.Linux;

/// <summary>Which program has a socket. Looks through every process of the host, so it is asked only when a name is wanted.</summary>
static class SocketOwners
{
    /// <summary>The program's name for each of these sockets that a process is found to hold.</summary>
    public static IReadOnlyDictionary<long, string> Programs(IReadOnlySet<long> inodes, string proc = "/proc")
    {
        var found = new Dictionary<long, string>();
        var sockets = new OpenSockets(proc);
        var held = new List<HeldSocket>();
        foreach (var folder in Directory.EnumerateDirectories(proc))
        {
            if (found.Count == inodes.Count)
                break;
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid))
                continue;
            held.Clear();
            sockets.Collect(pid, held);
            foreach (var one in held)
            {
                if (inodes.Contains(one.Inode) && !found.ContainsKey(one.Inode) && ProcFile.Text(Path.Combine(folder, "comm")) is { } name)
                    found[one.Inode] = name.TrimEnd('\n');
            }
        }
        return found;
    }
}
