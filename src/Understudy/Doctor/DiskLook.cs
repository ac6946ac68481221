using Understudy.Decisions.Doctor;
using Understudy.Linux;

namespace Understudy.Doctor;

/// <summary>The file systems on which something of ours lies.</summary>
static class DiskLook
{
    public static IReadOnlyList<DiskSight> Of(IEnumerable<string> folders)
    {
        var systems = new Dictionary<ulong, (List<string> Folders, FileSystemSpace Space)>();
        foreach (var folder in folders.Select(Existing).Distinct())
        {
            if (FileIdentity.Of(folder) is not { } identity)
                continue;
            if (systems.TryGetValue(identity.Device, out var known))
                known.Folders.Add(folder);
            else if (FileSystemSpace.Of(folder) is { Bytes: > 0 } space)
                systems[identity.Device] = ([folder], space);
        }
        return [.. systems.Values.Select(one => new DiskSight(one.Folders, one.Space.Bytes, one.Space.FreeBytes, one.Space.Inodes, one.Space.FreeInodes))];
    }

    /// <summary>What is not there yet will lie where its parent does.</summary>
    static string Existing(string folder) => Directory.Exists(folder) ? folder : Path.GetDirectoryName(folder) is { } above ? Existing(above) : folder;
}
