using Understudy.Linux;

namespace Understudy.Lab.Harness;

/// <summary>A file system of a few megabytes, for the time of a test.</summary>
sealed class SmallDisk : IDisposable
{
    SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <param name="size">As tmpfs takes it, such as 20m.</param>
    public static async Task<SmallDisk> Mount(string path, string size)
    {
        Prerequisite.Needs(Users.IsRoot, "only root mounts a disk");
        Directory.CreateDirectory(path);
        await Started.Well(10.Seconds(), "mount", ["-t", "tmpfs", "-o", $"size={size}", "lab", path]);
        return new SmallDisk(path);
    }

    /// <summary>To its last byte, with a file beside what lies there.</summary>
    public async Task Fill()
    {
        using var filling = new Started("dd", ["if=/dev/zero", $"of={Filling}", "bs=4096"]);
        Assert.NotEqual(0, await filling.Exit(30.Seconds()));
        Assert.Equal(0, new DriveInfo(Path).AvailableFreeSpace);
    }

    public void Empty() => File.Delete(Filling);

    string Filling => System.IO.Path.Combine(Path, "filling");

    public void Dispose()
    {
        // Lazily: a process that a failed test left would keep it, and the folder above could not be removed.
        using var unmount = new Started("umount", ["--lazy", Path]);
        unmount.Process.WaitForExit();
    }
}
