using Understudy.Decisions.Sampling;
using Understudy.Linux;

namespace Understudy.Sampling;

/// <summary>What is known of the memory of the processes that are ours: read a few at a time, so that asking for all of it is instant. For several threads at once.</summary>
/// <param name="calm">There is memory enough, as far as is known. A command line lies in the process's own memory, which on a host that swaps is waited for.</param>
sealed class MemorySampler(ProcessTable processes, Func<bool> calm)
{
    /// <summary>Of what is not ours, such as the host's largest others.</summary>
    static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    readonly Lock _gate = new();
    readonly Dictionary<int, Reading> _known = [];

    public MemorySampler() : this(new ProcessTable(), static () => true) { }

    /// <param name="Sample">Null: it may not be read.</param>
    readonly record struct Reading(long StartTicks, TimeSpan At, MemorySample? Sample, string? Command);

    /// <summary>As last read. Null: never, or it is another process by now.</summary>
    public (MemorySample? Sample, string? Command) Known(ProcessKey process)
    {
        lock (_gate)
            return _known.TryGetValue(process.Pid, out var reading) && reading.StartTicks == process.StartTicks ? (reading.Sample, reading.Command) : default;
    }

    /// <summary>Of processes together, as last read. Null: not all of them have been.</summary>
    public MemorySum? Known(IReadOnlyList<int> pids)
    {
        lock (_gate)
        {
            MemorySum sum = default;
            foreach (var pid in pids)
            {
                if (!_known.TryGetValue(pid, out var reading))
                    return null;
                sum += MemorySum.Of([reading.Sample]);
            }
            return sum;
        }
    }

    /// <summary>Reads it now. Null when it is gone or may not be read.</summary>
    public (MemorySample? Sample, string? Command) Read(int pid)
    {
        if (processes.Stat(pid) is not { } stat)
        {
            lock (_gate)
                _known.Remove(pid);
            return default;
        }
        return Read(new ProcessKey(pid, stat.StartTicks));
    }

    public (MemorySample? Sample, string? Command) Read(ProcessKey process)
    {
        var memory = processes.Memory(process.Pid);
        var at = BootClock.Now;
        var sample = memory is { } read ? new MemorySample(at, read.PssBytes, read.PrivateBytes, read.SwapBytes) : (MemorySample?)null;
        var command = calm() ? processes.CommandLine(process.Pid) : Known(process).Command;
        lock (_gate)
            _known[process.Pid] = new Reading(process.StartTicks, at, sample, command);
        return (sample, command);
    }

    /// <summary>Once a second: reads what is due of these, and forgets what nobody has asked for of late.</summary>
    public void Turn(IReadOnlyCollection<int> pids)
    {
        var began = ThreadClock.Used;
        foreach (var pid in SamplingPlan.Due(Candidates(pids), BootClock.Now))
        {
            Read(pid);
            if (ThreadClock.Used - began > SamplingPlan.MostCpu)
                break;
        }
    }

    List<SamplingPlan.Candidate> Candidates(IReadOnlyCollection<int> pids)
    {
        var candidates = new List<SamplingPlan.Candidate>(pids.Count);
        lock (_gate)
        {
            if (_known.Count > pids.Count)
            {
                var wanted = pids.ToHashSet();
                var now = BootClock.Now;
                foreach (var (pid, _) in _known.Where(known => !wanted.Contains(known.Key) && now - known.Value.At > Kept).ToList())
                    _known.Remove(pid);
            }
            foreach (var pid in pids)
            {
                candidates.Add(_known.TryGetValue(pid, out var reading)
                    ? new(pid, TimeSpan.FromSeconds((double)reading.StartTicks / ProcessStat.TicksPerSecond), reading.At)
                    : new(pid, default, null));
            }
        }
        return candidates;
    }
}
