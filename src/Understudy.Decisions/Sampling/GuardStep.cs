namespace Understudy.Decisions.Sampling;

/// <summary>How far the memory guard has gone; each step holds those before it.</summary>
public enum GuardStep
{
    /// <summary>There is enough.</summary>
    Calm,

    /// <summary>No pool grows.</summary>
    Hold,

    /// <summary>Stale processes are killed.</summary>
    Reap,

    /// <summary>The largest worker over its budget is replaced.</summary>
    Recycle,

    /// <summary>The proxy answers a share of the requests with 503.</summary>
    Shed,
}
