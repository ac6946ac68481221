using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>Marks an app's other hosts down and up.</summary>
internal sealed class HostWatch(PoolDispatch pool, HostDispatch dispatch, HopProbe own)
{
    /// <summary>Marks the silent ones down, and adds those that are to be probed now.</summary>
    /// <param name="stalled">This process was held up just now.</param>
    public void Look(List<RoutedHost> due, bool stalled)
    {
        if (dispatch.Hosts.Length == 0) return;
        Endings endings = default;
        lock (pool.Gate)
        {
            var now = Clock.Now;
            foreach (var host in dispatch.Hosts)
            {
                if (stalled) host.Health = host.Health.Stalled(now);
                var (next, actions) = host.Health.Look(host.LastAnswered, OthersWell(host, now), now);
                Act(host, next, actions, ref endings);
                if (host.Probing || !host.Health.IsDue(host.AskNow, now)) continue;
                host.AskNow = false;
                host.Probing = true;
                host.Health = host.Health.Ask(now);
                due.Add(host);
            }

            SendWaitersOn();
        }

        endings.Run();
    }

    /// <summary>Clients' requests that wait here for a worker though none is up look again for a host.</summary>
    void SendWaitersOn()
    {
        if (pool.Queue.Count == 0 || dispatch.Own().Usable || !Array.Exists(dispatch.Hosts, static host => host.Health.IsUp)) return;
        for (var waiting = pool.Queue.Head; waiting is not null;)
        {
            var next = waiting.Next;
            if (waiting.Hop is null)
            {
                pool.Queue.Remove(waiting);
                waiting.Settle(Grant.Elsewhere);
            }

            waiting = next;
        }
    }

    /// <summary>Weighs what came of a probe, or of an attempt that found no connection.</summary>
    public void Observe(RoutedHost host, HostEvidence evidence)
    {
        Endings endings = default;
        lock (pool.Gate)
        {
            if (!host.Listed) return;
            var now = Clock.Now;
            var (next, actions) = host.Health.Weigh(evidence, OthersWell(host, now, pages: evidence.Kind == HostEvidenceKind.Answered), now);
            if (evidence.Kind == HostEvidenceKind.Broke) host.AskNow = true;
            Act(host, next, actions, ref endings);
        }

        endings.Run();
    }

    static void Act(RoutedHost host, HostHealth next, HealthActions actions, ref Endings endings)
    {
        host.Health = next;
        if ((actions & HealthActions.Abort) != 0) endings.AddAll(host, AbortReason.MarkedDown);
        if ((actions & HealthActions.MarkDown) != 0) host.ConnectAnew();
    }

    /// <param name="pages">One whose own page fails too is not well.</param>
    bool OthersWell(RoutedHost than, TimeSpan now, bool pages = false)
    {
        if (dispatch.Own().Usable && !(pages && own.PageFails)) return true;
        foreach (var other in dispatch.Hosts)
        {
            if (other != than && other.Health.IsUp && !(pages && other.Health.PageFails) && !other.Health.IsQuiet(other.LastAnswered, now)) return true;
        }

        return false;
    }
}
