namespace Understudy.Proxying;

/// <summary>The requests that wait for a free worker, in order. Linked through the exchanges themselves; guarded by the pool's lock.</summary>
internal sealed class RequestQueue
{
    Exchange? tail;

    public Exchange? Head { get; private set; }
    public int Count { get; private set; }

    public void Append(Exchange exchange)
    {
        exchange.InQueue = true;
        exchange.Previous = tail;
        exchange.Next = null;
        if (tail is null) Head = exchange;
        else tail.Next = exchange;
        tail = exchange;
        Count++;
    }

    /// <summary>For a request that has had its turn already and is tried again.</summary>
    public void Prepend(Exchange exchange)
    {
        exchange.InQueue = true;
        exchange.Previous = null;
        exchange.Next = Head;
        if (Head is null) tail = exchange;
        else Head.Previous = exchange;
        Head = exchange;
        Count++;
    }

    public void Remove(Exchange exchange)
    {
        if (exchange.Previous is null) Head = exchange.Next;
        else exchange.Previous.Next = exchange.Next;
        if (exchange.Next is null) tail = exchange.Previous;
        else exchange.Next.Previous = exchange.Previous;
        exchange.Previous = exchange.Next = null;
        exchange.InQueue = false;
        Count--;
    }
}
