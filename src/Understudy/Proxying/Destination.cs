namespace Understudy.Proxying;

/// <summary>Where attempts are sent: a worker of this host, or another host. Guarded by the pool's gate.</summary>
internal abstract class Destination(string prefix)
{
    /// <summary>Where its requests are sent, without a path.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>In the newest route table.</summary>
    public bool Listed = true;

    /// <summary>Requests that hold a slot here.</summary>
    public int InFlight;

    /// <summary>Upgraded connections and event streams, which hold no slot.</summary>
    public int Streams;

    public long Requests;

    /// <summary>Everything inside, streams included, newest first.</summary>
    public Exchange? Inside;

    /// <summary>Stopwatch ticks of the newest answer to a request or a probe; 0: none yet.</summary>
    public long LastAnswer;

    /// <summary>Something went wrong here: probe at once.</summary>
    public volatile bool AskNow;

    public void Link(Exchange exchange)
    {
        exchange.Previous = null;
        exchange.Next = Inside;
        if (Inside is not null) Inside.Previous = exchange;
        Inside = exchange;
    }

    public void Unlink(Exchange exchange)
    {
        if (exchange.Previous is null) Inside = exchange.Next;
        else exchange.Previous.Next = exchange.Next;
        if (exchange.Next is not null) exchange.Next.Previous = exchange.Previous;
        exchange.Previous = exchange.Next = null;
    }

    /// <summary>The attempt is over, or has become a stream that is over.</summary>
    /// <returns>Why the proxy itself ended it, if it did.</returns>
    public AbortReason Leave(Exchange exchange)
    {
        Unlink(exchange);
        if (exchange.HoldsSlot) InFlight--;
        else Streams--;
        // Somebody is about to cancel it, or has: the next attempt must not feel that.
        if (exchange.CancellationTaken) exchange.Cancellation = new CancellationTokenSource();
        exchange.CancellationTaken = false;
        var reason = exchange.Aborted;
        exchange.Aborted = AbortReason.None;
        return reason;
    }

    /// <summary>An upgraded connection or an event stream holds no slot from here on. False: it held none already.</summary>
    public bool BecomeStream(Exchange exchange)
    {
        if (!exchange.HoldsSlot) return false;
        exchange.HoldsSlot = false;
        InFlight--;
        Streams++;
        return true;
    }
}
