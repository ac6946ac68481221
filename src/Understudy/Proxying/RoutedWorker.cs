using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>What the proxy knows of one worker. All but what its answers set is guarded by the pool's gate.</summary>
internal sealed class RoutedWorker(WorkerRoute route, TimeSpan now) : Destination($"http://127.0.0.1:{route.Port}")
{
    static readonly long[] upToTicks = [.. AnswerTimes.UpToMilliseconds.Select(milliseconds => milliseconds * Clock.TicksPerMillisecond)];

    readonly long[] durations = new long[AnswerTimes.Buckets];
    long failures;

    public WorkerRoute Route { get; } = route;

    public WorkerHealth Health = WorkerHealth.New(now);

    /// <summary>Requests that an older proxy still has inside.</summary>
    public int Foreign;

    public long Failures => Volatile.Read(ref failures);

    /// <summary>The newest suspect that it was handed, as long as it is inside.</summary>
    public Exchange? Suspect;

    /// <summary>Stopwatch ticks of the newest answer, or of a request handed to it when it was empty.</summary>
    public long LastSign;

    public TimeSpan LastProbe;

    /// <summary>When the newest probe began that it answered.</summary>
    public TimeSpan ProbedWell;

    /// <summary>When a request last broke under it.</summary>
    public TimeSpan Broke;

    /// <summary>A request broke under it, and it has answered no probe since: it may be dying.</summary>
    public bool Doubted => Broke > ProbedWell;

    /// <summary>A probe is on its way; only the prober writes it.</summary>
    public bool Probing;

    public int Outstanding => InFlight + Foreign;

    public void Answered(long ticks)
    {
        Volatile.Write(ref LastAnswer, ticks);
        Volatile.Write(ref LastSign, ticks);
    }

    /// <param name="took">Stopwatch ticks from its being handed the request.</param>
    public void Answered(long ticks, long took, int status)
    {
        Answered(ticks);
        var bucket = 0;
        while (bucket < upToTicks.Length && took > upToTicks[bucket]) bucket++;
        Interlocked.Increment(ref durations[bucket]);
        if (status >= 500) Failed();
    }

    /// <summary>It gave an answer of 500 or above, or none.</summary>
    public void Failed() => Interlocked.Increment(ref failures);

    /// <summary>Its answers in the buckets of <see cref="AnswerTimes"/>, without the empty ones at the end.</summary>
    public long[] Durations()
    {
        var counts = new long[durations.Length];
        var used = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = Volatile.Read(ref durations[i]);
            if (counts[i] > 0) used = i + 1;
        }

        return counts[..used];
    }
}
