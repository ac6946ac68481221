using System.Security.Cryptography;
using System.Text;

namespace Understudy.Linux;

static class Ownership
{
    /// <summary>Before the root's key in the name of its group.</summary>
    public const string GroupPrefix = "understudy-";

    /// <summary>Tells this root's workers from those of another root on the same machine.</summary>
    public static string KeyOf(Paths paths) =>
        paths.Root is null ? "host" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(paths.Root)))[..12];

    /// <summary>Cgroups where the kernel grants them, else markers.</summary>
    public static IOwnership For(Paths paths)
    {
        var key = KeyOf(paths);
        if (Cgroups.Mount is not { } mount)
            return new MarkerOwnership(key, "cgroup v2 is not mounted on this host");
        if (Place(mount) is not { } place)
            return new MarkerOwnership(key, "no right to make cgroups; run as root, or in a delegated systemd unit");
        var own = Path.Combine(place, GroupPrefix + key);
        var workers = Path.Combine(own, "workers");
        try
        {
            Directory.CreateDirectory(workers);
            if (place != mount)
                Cgroups.EnableControllers(place);
            // Nothing runs in these two groups themselves, so controllers may be enabled for the groups below.
            Cgroups.EnableControllers(own);
            Cgroups.EnableControllers(workers);
            return new CgroupOwnership(workers);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return new MarkerOwnership(key, "no right to make cgroups below " + place);
        }
    }

    /// <summary>For a look beside the agent, or in its absence: what an agent of this root has made, and nothing is made.</summary>
    public static IOwnership Existing(Paths paths)
    {
        var key = KeyOf(paths);
        if (Cgroups.Mount is not { } mount)
            return new MarkerOwnership(key, "cgroup v2 is not mounted on this host");
        string[] places = [Path.Combine(mount, "system.slice", "understudy-workers.service"), mount];
        var found = places.Select(place => Path.Combine(place, GroupPrefix + key, "workers")).FirstOrDefault(Directory.Exists);
        return found is null ? new MarkerOwnership(key, "no agent has made cgroups for its workers below " + mount) : new CgroupOwnership(found);
    }

    /// <summary>Never beneath the agent's own unit: enabled controllers would make its restart fail with EBUSY.</summary>
    static string? Place(string mount)
    {
        var delegated = Path.Combine(mount, "system.slice", "understudy-workers.service");
        if (Directory.Exists(delegated) && Writable(delegated))
            return delegated;
        if (Users.IsRoot && Writable(mount))
            return mount;
        return null;
    }

    static bool Writable(string folder)
    {
        var probe = Path.Combine(folder, "understudy-try-" + Environment.ProcessId);
        try
        {
            Directory.CreateDirectory(probe);
            return Directory.Exists(Path.Combine(probe)) && Files.RemoveFolder(probe);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
