using System.Globalization;
using Understudy.State;

namespace Understudy.Workers;

/// <summary>One worker as it runs: what the kernel, the ready check and the proxy have said of it. Its phase is the pool's matter.</summary>
sealed class Worker(string id)
{
    /// <summary>app.pool.number.</summary>
    public string Id { get; } = id;
    public required string Release { get; init; }
    public required int Port { get; init; }
    public required TimeSpan StartedAt { get; init; }
    public int Pid { get; set; }
    public long StartTicks { get; set; }
    public string? Cgroup { get; set; }
    public NotifySocket? Notify { get; set; }

    // Set by the watching thread and the ready check, read by the pool's loop.
    public volatile string? LeaderEnded;
    public volatile bool ShownReady;
    public volatile bool SaidReady;
    public volatile string? Lacks;
    public volatile string? Stranger;
    public volatile bool Forgotten;

    /// <summary>The memory guard wants it replaced, for this reason; with OutFirst before its replacement starts.</summary>
    public volatile string? Unwanted;
    public volatile bool OutFirst;

    /// <summary>The path by which it showed itself ready; null while it has not, or did so by READY=1.</summary>
    public volatile string? ReadyPath;

    /// <summary>The route table without it; 0 while routed.</summary>
    public long LeftRoutesAt { get; set; }
    public long MemoryBytes { get; set; }

    /// <summary>Of its memory, what is in swap and not in MemoryBytes.</summary>
    public long SwapBytes { get; set; }

    /// <summary>The least that it was seen to hold since it was ready. 0: not measured since.</summary>
    public long LeastBytes { get; set; }
    public int Processes { get; set; } = 1;

    /// <summary>Requests served under proxies that are gone, and the newest count of the present one.</summary>
    public long RequestsBefore { get; set; }
    public long RequestsNow { get; set; }
    public int InFlight { get; set; }
    public int Streams { get; set; }
    public TimeSpan? DownSince { get; set; }
    public string? DownReason { get; set; }
    public bool Stopped { get; set; }
    public long Requests => RequestsBefore + RequestsNow;

    /// <summary>pool.number.</summary>
    public string ShortName => Id[(Id.IndexOf('.', StringComparison.Ordinal) + 1)..];

    public int Number => int.Parse(Id.AsSpan(Id.LastIndexOf('.') + 1), CultureInfo.InvariantCulture);

    /// <summary>A worker that an agent before this one started.</summary>
    public static Worker Adopted(LedgerWorker written) => new(written.State.Id)
    {
        Release = written.Release,
        Port = written.Port,
        StartedAt = written.State.StartedAt,
        Pid = written.Pid,
        StartTicks = written.StartTicks,
        RequestsBefore = written.Requests,
        ShownReady = written.State.ReadyAt is not null,
    };
}
