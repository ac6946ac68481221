using Understudy.Linux;

namespace Understudy.Lab.Harness;

/// <summary>
/// What a test that uses memory up needs: a memory controller of v1, swap in a file where this machine allows that, and a killer from outside
/// that ends all of the host's workers whatever becomes of the rest.
/// </summary>
sealed class LimitedMemory : IDisposable
{
    readonly LabFolder _folder = new();
    readonly string _group;
    readonly Started _killer;

    LimitedMemory(string group, Started killer, bool swap)
    {
        _group = group;
        _killer = killer;
        HasSwap = swap;
    }

    public bool HasSwap { get; private set; }

    /// <summary>The most that the workers had in RAM at a time.</summary>
    public long PeakBytes => Number("memory.max_usage_in_bytes");

    public long UsedBytes => Number("memory.usage_in_bytes");

    public long SwappedBytes => Number("memory.memsw.usage_in_bytes") - UsedBytes;

    /// <summary>How often the kernel had to kill.</summary>
    public long KernelKills => LimitedGroups.KilledBy(ProcFile.Text(Path.Combine(_group, "memory.oom_control")) ?? "");

    /// <summary>A worker has a group of its own.</summary>
    public bool Has(string id) => Directory.Exists(Path.Combine(_group, id));

    /// <param name="root">The host's.</param>
    /// <param name="swapMegabytes">Of the whole machine, for the time of the test; 0: none.</param>
    /// <param name="killAfterSeconds">All workers' processes are killed then.</param>
    public static async Task<LimitedMemory> Of(string root, int swapMegabytes, int killAfterSeconds)
    {
        var mount = Cgroups.FindMount(ProcFile.Text("/proc/self/mountinfo") ?? "", "memory");
        Prerequisite.Needs(Users.IsRoot && mount is not null, "only root limits memory, by a controller of cgroup v1");
        var group = Path.Combine(mount!, Ownership.GroupPrefix + Ownership.KeyOf(new Paths(root)), "workers");
        var killer = new Started("sh", ["-c", $"trap 'kill $!; exit' TERM; sleep {killAfterSeconds} & wait; for procs in {group}/cgroup.procs {group}/*/cgroup.procs; do xargs -r kill -9 < $procs; done"]);
        var limited = new LimitedMemory(group, killer, swap: false);
        limited.HasSwap = swapMegabytes > 0 && await limited.AddSwap(swapMegabytes);
        return limited;
    }

    public void Dispose()
    {
        Kernel.Terminate(_killer.Process.Id);
        _killer.Process.WaitForExit();
        _killer.Dispose();
        if (HasSwap)
        {
            using var off = new Started("swapoff", [_folder["swap"]]);
            off.Process.WaitForExit();
        }
        _folder.Dispose();
    }

    async Task<bool> AddSwap(int megabytes)
    {
        var file = _folder["swap"];
        foreach (var (program, arguments) in new (string, string[])[] { ("fallocate", ["--length", $"{megabytes}MiB", file]), ("chmod", ["600", file]), ("mkswap", [file]), ("swapon", [file]) })
        {
            using var step = new Started(program, arguments);
            if (await step.Exit(20.Seconds()) != 0)
                return false;
        }
        return true;
    }

    long Number(string file) => long.TryParse(ProcFile.Text(Path.Combine(_group, file)), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
}
