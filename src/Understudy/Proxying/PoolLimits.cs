using System.Diagnostics;

namespace Understudy.Proxying;

/// <summary>A pool's time limits, looked at about ten times a second.</summary>
internal static class PoolLimits
{
    static readonly TimeSpan margin = TimeSpan.FromSeconds(1);

    /// <summary>Refuses what has waited too long, ends what has taken too long, and hands on what has been kept apart for long enough.</summary>
    public static void Enforce(PoolDispatch pool, HostDispatch hosts)
    {
        Endings endings = default;
        lock (pool.Gate)
        {
            var now = Clock.Ticks;
            RefuseOlder(pool, now);
            pool.Dispatch();
            var oldest = now - Clock.ToTicks(pool.Route.RequestTimeout);
            foreach (var worker in pool.Workers) EndOlder(worker, oldest, ref endings);
            foreach (var worker in pool.Leaving) EndOlder(worker, oldest, ref endings);
            // The other host keeps the same limits, its queue's among them, and answers by them; this is for one that does not.
            var oldestThere = oldest - Clock.ToTicks(pool.Route.QueueWait + margin);
            foreach (var host in hosts.Hosts) EndOlder(host, oldestThere, ref endings);
            foreach (var host in hosts.Leaving) EndOlder(host, oldestThere, ref endings);
        }

        endings.Run();
    }

    static void RefuseOlder(PoolDispatch pool, long now)
    {
        for (var waiting = pool.Queue.Head; waiting is not null;)
        {
            var next = waiting.Next;
            if (Stopwatch.GetElapsedTime(waiting.QueuedAt, now) >= pool.Route.QueueWait)
            {
                pool.Queue.Remove(waiting);
                pool.Figures.Refused++;
                waiting.Settle(Grant.Refused);
            }

            waiting = next;
        }
    }

    static void EndOlder(Destination destination, long oldest, ref Endings endings)
    {
        for (var exchange = destination.Inside; exchange is not null; exchange = exchange.Next)
        {
            if (exchange.AnsweredAt == 0 && exchange.HandedAt < oldest) endings.Add(exchange, AbortReason.TimedOut);
        }
    }
}
