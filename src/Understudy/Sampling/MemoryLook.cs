using System.Globalization;
using Understudy.Decisions.Sampling;
using Understudy.Linux;

namespace Understudy.Sampling;

/// <summary>Looks at who holds the host's memory: one read for each process of the host, and what the sampler knows or, where all is to be exact, one more for each of ours.</summary>
/// <param name="mounts">The text of /proc/self/mountinfo.</param>
sealed class MemoryLook(IOwnership ownership, ProcessTable processes, MemorySampler sampler, string mounts)
{
    /// <summary>Of the host's other processes as many are measured as are shown, and some, for by resident memory alone the order is another.</summary>
    const int OthersMeasured = 20;

    public const int OthersShown = 8;

    /// <summary>For measuring those that nobody has measured yet, where it is to be instant.</summary>
    static readonly TimeSpan OthersWithin = TimeSpan.FromMilliseconds(20);

    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    public MemoryLook(IOwnership ownership, MemorySampler sampler) : this(ownership, new ProcessTable(), sampler, ProcFile.Text("/proc/self/mountinfo") ?? "") { }

    /// <param name="exact">Reads all anew.</param>
    /// <param name="agent">The agent's own pid; null: none runs.</param>
    /// <param name="strays">Processes to be told of though they are in no group of ours.</param>
    /// <param name="patience">Reads what was never read, for this long. Null: leaves that to the sampler.</param>
    public MemorySight Look(bool exact, int? agent, IReadOnlyCollection<int> strays, TimeSpan? patience = null)
    {
        var missing = new List<string>();
        var (host, pressure) = Host(missing);
        var groups = ownership.All();
        var owned = new HashSet<int>();
        var owners = new Dictionary<string, OwnerSight>(groups.Count + 1);
        var until = patience is { } time ? BootClock.Now + time : TimeSpan.Zero;
        foreach (var (id, pids) in groups)
        {
            owned.UnionWith(pids);
            owners[id] = new OwnerSight([.. pids.Select(pid => Seen(pid, exact, until)).OfType<SeenProcess>()], Charge(id, pids));
        }
        if (agent is { } own && owned.Add(own) && Seen(own, exact, until) is { } itself)
            owners["agent"] = new OwnerSight([itself], null);
        var found = strays.Where(owned.Add).Select(pid => Seen(pid, exact, until)).OfType<SeenProcess>().ToDictionary(process => process.Pid);
        owned.Add(Environment.ProcessId);
        var (others, count) = Others(owned, exact);
        if (owners.Values.SelectMany(owner => owner.Processes).FirstOrDefault(process => process.Sample is null && processes.IsRefused(process.Pid)) is { } refused)
            missing.Add($"the memory of process {refused.Pid} and others may not be read by this user: run this as root, or as the agent's user");
        if (processes.HidesOthers(mounts))
            missing.Add("processes of other users, which this host hides (/proc is mounted with hidepid): run this as root");
        return new MemorySight(BootClock.Now, host, pressure, host is { } level ? Limit(groups, level) : null, owners, found, others, count, missing);
    }

    (MemoryLevel? Host, MemoryPressure? Pressure) Host(List<string> missing)
    {
        MemoryLevel level = default;
        using var memory = HostMemory.Open(processes.Root);
        var read = memory is not null && memory.Read(ref level);
        if (!read)
            missing.Add($"{processes.Root}/meminfo cannot be read: the host's total is not known");
        MemoryPressure pressure = default;
        using var stalls = PressureFile.OfHost(processes.Root);
        var kept = stalls is not null && stalls.Read(ref pressure);
        if (!kept)
            missing.Add("this kernel keeps no pressure figures (CONFIG_PSI, or psi=1 on its command line)");
        return (read ? level : null, kept ? pressure : null);
    }

    SeenProcess? Seen(int pid, bool exact, TimeSpan until)
    {
        // What only waits to be reaped holds no memory.
        if (processes.Living(pid) is not { } stat)
            return null;
        var key = new ProcessKey(pid, stat.StartTicks);
        var (sample, command) = exact ? sampler.Read(key) : sampler.Known(key);
        if (sample is null && BootClock.Now < until)
            (sample, command) = sampler.Read(key);
        return Seen(key, stat, sample, command);
    }

    static SeenProcess Seen(ProcessKey key, ProcessStat stat, MemorySample? sample, string? command) =>
        new(new OwnedProcess(key, stat.Parent, stat.Name, stat.State), stat.ResidentBytes, command, sample);

    /// <summary>Of its own group alone: where several share one, nobody can say whose the charge is.</summary>
    long? Charge(string id, IReadOnlyList<int> pids)
    {
        if (ownership.CgroupOf(id) is { } unified && MemoryGroup.Charge(unified) is { } charge)
            return charge;
        return pids.Count > 0 && Cgroups.FindMount(mounts, "memory") is { } mount && processes.Groups(pids[0])?.Of("memory") is { } place && Path.GetFileName(place) == id
            ? MemoryGroup.Charge(Path.Join(mount, place))
            : null;
    }

    LimitSight? Limit(IReadOnlyDictionary<string, IReadOnlyList<int>> groups, in MemoryLevel host)
    {
        var worker = groups.FirstOrDefault(group => group.Value.Count > 0 && new Owner(group.Key).Kind == OwnerKind.Worker);
        if (worker.Key is null || MemoryGroups.Limiting(worker.Value[0].ToString(CultureInfo.InvariantCulture), worker.Key, processes.Root) is not { } folder)
            return null;
        using var group = MemoryGroup.Open(folder);
        MemoryLevel level = default;
        return group is not null && group.Read(host, ref level) ? new LimitSight(folder, level) : null;
    }

    (IReadOnlyList<SeenProcess> Largest, int Count) Others(HashSet<int> owned, bool exact)
    {
        var others = new List<(ProcessKey Key, ProcessStat Stat)>();
        foreach (var pid in processes.Pids())
        {
            // A thread of the kernel's own has no memory.
            if (!owned.Contains(pid) && processes.Living(pid) is { ResidentBytes: > 0 } stat)
                others.Add((new ProcessKey(pid, stat.StartTicks), stat));
        }
        var until = BootClock.Now + OthersWithin;
        var largest = others.OrderByDescending(other => other.Stat.ResidentBytes).Take(OthersMeasured).Select(other => Other(other.Key, other.Stat, exact, until));
        return ([.. largest.OrderByDescending(process => process.Weight).Take(OthersShown)], others.Count);
    }

    SeenProcess Other(ProcessKey key, ProcessStat stat, bool exact, TimeSpan until)
    {
        var (sample, command) = sampler.Known(key);
        var fresh = sample is { } known && BootClock.Now - known.At < Fresh;
        if (exact || (!fresh && BootClock.Now < until))
            (sample, command) = sampler.Read(key);
        // A stranger's arguments may hold its secrets, and this goes to other machines too.
        return Seen(key, stat, sample, command?.Split(' ', 2)[0]);
    }
}
