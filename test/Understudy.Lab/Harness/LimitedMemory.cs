using Understudy.Linux;

namespace Understudy.Lab.Harness;

/// <summary>
/// What a test that uses memory up needs: a memory controller of v1, swap in a file where this machine allows that, and a killer from outside
/// that ends all of the host's workers whatever becomes of the rest.
/// </summary>
sealed class LimitedMemory : IDisposable
{
    const string OomControl = "memory.oom_control";
    const string UnderOom = "under_oom 1";

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

    /// <summary>The most that they had in RAM and swap together.</summary>
    public long PeakBothBytes => Number("memory.memsw.max_usage_in_bytes");

    /// <summary>Of RAM.</summary>
    public long LimitBytes => Number("memory.limit_in_bytes");

    /// <summary>What they may have in swap.</summary>
    public long SwapBytes => Number("memory.memsw.limit_in_bytes") - LimitBytes;

    /// <summary>RAM and swap both.</summary>
    public bool IsFull => UsedBytes > LimitBytes * 0.97 && SwappedBytes > SwapBytes * 0.9;

    /// <summary>They wait for memory, and nobody frees any.</summary>
    public bool LockedUp => (ProcFile.Text(Path.Combine(_group, OomControl)) ?? "").Contains(UnderOom, StringComparison.Ordinal);

    /// <summary>The killer has come.</summary>
    public bool WasEnded => _killer.Ended;

    /// <summary>How many workers have a process left, stale ones among them.</summary>
    public int Trees => Directory.GetDirectories(_group).Count(folder => !string.IsNullOrWhiteSpace(ProcFile.Text(Path.Combine(folder, "cgroup.procs"))));

    /// <summary>How often the kernel had to kill.</summary>
    public long KernelKills => LimitedGroups.KilledBy(ProcFile.Text(Path.Combine(_group, OomControl)) ?? "");

    /// <summary>A worker has a group of its own.</summary>
    public bool Has(string id) => Directory.Exists(Path.Combine(_group, id));

    /// <param name="root">The host's.</param>
    /// <param name="swapMegabytes">Of the whole machine, for the time of the test; 0: none.</param>
    /// <param name="killAfterSeconds">All workers' processes are killed then.</param>
    public static Task<LimitedMemory> Of(string root, int swapMegabytes, int killAfterSeconds) => Make(root, swapMegabytes, _ => $"sleep {killAfterSeconds} & wait");

    /// <summary>
    /// The same, but it locks up when RAM and swap are full, as a host does: the kernel lets its processes wait instead of killing one of them. The
    /// killer comes as a platform's does that finds a host silent.
    /// </summary>
    /// <param name="silentSeconds">All is killed this long after it has locked up...</param>
    /// <param name="killAfterSeconds">...or this long after now, where it never does.</param>
    public static async Task<LimitedMemory> ThatLocksUp(string root, int swapMegabytes, int silentSeconds, int killAfterSeconds)
    {
        var limited = await Make(root, swapMegabytes, group =>
            $"for second in $(seq {killAfterSeconds}); do if grep -q '{UnderOom}' {group}/{OomControl}; then sleep {silentSeconds} & wait; break; fi; sleep 1 & wait; done");
        try
        {
            Prerequisite.Needs(limited.HasSwap, "swapon was refused");
            limited.Write("memory.memsw.limit_in_bytes", limited.LimitBytes + (swapMegabytes * 1024L * 1024));
            limited.Write(OomControl, 1);
            return limited;
        }
        catch
        {
            limited.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        // What is in swap must fit into RAM again.
        Write(OomControl, 0);
        Write("memory.memsw.limit_in_bytes", -1);
        Write("memory.limit_in_bytes", -1);
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

    static async Task<LimitedMemory> Make(string root, int swapMegabytes, Func<string, string> wait)
    {
        var mount = Cgroups.FindMount(ProcFile.Text("/proc/self/mountinfo") ?? "", "memory");
        Prerequisite.Needs(Users.IsRoot && mount is not null, "only root limits memory, by a controller of cgroup v1");
        var group = Path.Combine(mount!, Ownership.GroupPrefix + Ownership.KeyOf(new Paths(root)), "workers");
        var killer = new Started("sh", ["-c", $"trap 'kill $!; exit' TERM; {wait(group)}; for procs in {group}/cgroup.procs {group}/*/cgroup.procs; do xargs -r kill -9 < $procs; done"]);
        var limited = new LimitedMemory(group, killer, swap: false);
        limited.HasSwap = swapMegabytes > 0 && await limited.AddSwap(swapMegabytes);
        return limited;
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

    void Write(string file, long value) => LimitedGroups.TryWrite(_group, file, value);

    long Number(string file) => long.TryParse(ProcFile.Text(Path.Combine(_group, file)), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
}
