using System.Net;
using System.Threading.Tasks.Sources;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Understudy.Proxying;

/// <summary>How a request for a worker's slot came out.</summary>
internal enum Grant
{
    /// <summary>A worker is assigned.</summary>
    Handed,

    /// <summary>It waits in the pool's queue.</summary>
    Queued,

    /// <summary>The queue is full, the wait was too long, or no worker has been up for longer than the wait.</summary>
    Refused,

    /// <summary>The client went away while it waited.</summary>
    Withdrawn,

    /// <summary>No worker of this host is up any more, and another host is.</summary>
    Elsewhere,
}

/// <summary>Why the proxy itself ended an attempt.</summary>
internal enum AbortReason
{
    None,
    MarkedDown,
    TimedOut,
}

/// <summary>
/// One request on its way. Kestrel keeps one per connection (or HTTP/2 stream slot), so that a request costs no allocation here.
/// The fields under "the pool's" are read and written under the pool's lock only.
/// </summary>
internal sealed class Exchange : IValueTaskSource<Grant>
{
    public Exchange(IFeatureCollection features, RequestPath path)
    {
        Context = new DefaultHttpContext(features);
        Transform = new ExchangeTransform(this, path);
    }

    /// <summary>Not null: another host's proxy has passed it on, and it goes no further.</summary>
    public HopConnection? Hop { get; init; }

    public DefaultHttpContext Context { get; }
    public ExchangeTransform Transform { get; }

    public long StartedAt;
    public App? App;
    public int Attempts;

    /// <summary>Attempts that failed and may have reached a worker.</summary>
    public int Delivered;

    public string? RequestId;
    public string Target = "";
    public string? LastWorker;

    /// <summary>Whether the body, if any, can be sent a second time; <see cref="Kept"/> has its bytes.</summary>
    public bool BodyKept;
    public byte[]? Kept;
    public int KeptLength;

    /// <summary>The other host's proxy answered that no worker there has seen it.</summary>
    public bool Declined;

    /// <summary>A worker's connection broke under each attempt that may have reached one.</summary>
    public bool AllBroken;

    /// <summary>When the first of them did.</summary>
    public TimeSpan FirstBroke;

    /// <summary>A worker broke with it inside, and nobody knows yet by which of its requests.</summary>
    public bool Suspect => Delivered > 0 && AllBroken;

    // The last Host and peer seen on this connection: mostly the same as now, and then neither is looked up again.
    public string? RoutedHost;
    public Routing? RoutedBy;
    public App? RoutedTo;
    public IPAddress? Peer;
    public string PeerText = "";
    public bool PeerTrusted;

    // The pool's.
    public Exchange? Previous;
    public Exchange? Next;
    public RoutedWorker? Worker;
    public RoutedWorker? Avoid;

    /// <summary>The other host that has it; then no worker of this one does.</summary>
    public RoutedHost? Host;
    public RoutedHost? AvoidHost;
    public bool InQueue;
    public bool HoldsSlot;
    public bool CancellationTaken;
    public AbortReason Aborted;
    public CancellationTokenSource Cancellation = new();
    public long QueuedAt;
    public long HandedAt;
    public long QueuedTicks;

    /// <summary>Stopwatch ticks when the answer's headers came; 0 before.</summary>
    public long AnsweredAt;

    ManualResetValueTaskSourceCore<Grant> grant = new() { RunContinuationsAsynchronously = true };

    public void Begin(IFeatureCollection features, long now)
    {
        Context.Initialize(features);
        StartedAt = now;
        App = null;
        Attempts = 0;
        Delivered = 0;
        RequestId = null;
        Target = "";
        BodyKept = false;
        AllBroken = true;
        LastWorker = null;
        Avoid = null;
        AvoidHost = null;
        Declined = false;
        QueuedAt = 0;
        QueuedTicks = 0;
        AnsweredAt = 0;
    }

    public void End()
    {
        if (Kept is not null) ForgetBody();
        Context.Uninitialize();
    }

    void ForgetBody()
    {
        System.Buffers.ArrayPool<byte>.Shared.Return(Kept!);
        Kept = null;
    }

    public void PrepareWait() => grant.Reset();

    public void Settle(Grant outcome) => grant.SetResult(outcome);

    public ValueTask<Grant> Settled => new(this, grant.Version);

    Grant IValueTaskSource<Grant>.GetResult(short token) => grant.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Grant>.GetStatus(short token) => grant.GetStatus(token);

    void IValueTaskSource<Grant>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        grant.OnCompleted(continuation, state, token, flags);
}
