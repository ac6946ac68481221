namespace Understudy.Decisions.Workers;

/// <summary>Starting -> Ready -> Draining -> Stopping -> Killing -> gone; a worker may skip ahead, never back.</summary>
public enum WorkerPhase
{
    /// <summary>Runs, and has not yet shown that it is ready. Not routed.</summary>
    Starting,

    /// <summary>Routed.</summary>
    Ready,

    /// <summary>No longer routed; what is in flight there goes on.</summary>
    Draining,

    /// <summary>Has been sent its stop signal.</summary>
    Stopping,

    /// <summary>Has been killed with all its processes; not yet gone.</summary>
    Killing,
}
