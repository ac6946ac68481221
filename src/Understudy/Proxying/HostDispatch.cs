using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>The hosts of one app: gives each request of a client to this host or to another. What other hosts have passed on stays here.</summary>
/// <param name="pool">This host's own; its gate guards everything here too.</param>
internal sealed class HostDispatch(PoolDispatch pool, HopTrust trust)
{
    /// <summary>The hosts of the newest route table.</summary>
    public RoutedHost[] Hosts { get; private set; } = [];

    /// <summary>Hosts that are listed no more and still have something inside.</summary>
    public List<RoutedHost> Leaving { get; } = [];

    int turn;
    bool drained;

    /// <param name="isDrained">The own pool is for what other hosts pass on, and for when none of them is up.</param>
    public void Apply(IReadOnlyList<HostRoute> next, bool isDrained = false)
    {
        lock (pool.Gate)
        {
            drained = isDrained;
            if (Hosts.Length == 0 && next.Count == 0) return;
            var now = Clock.Now;
            var before = Hosts;
            var hosts = new RoutedHost[next.Count];
            foreach (var host in before) host.Listed = false;
            for (var i = 0; i < hosts.Length; i++)
            {
                hosts[i] = Array.Find(before, host => host.Route == next[i]) ?? Leaving.Find(host => host.Route == next[i]) ?? new RoutedHost(next[i], trust, now);
                hosts[i].Listed = true;
            }

            Hosts = hosts;
            Leaving.RemoveAll(static host => host.Listed);
            foreach (var host in before)
            {
                if (host.Listed) continue;
                if (host.Inside is null) host.Dispose();
                else Leaving.Add(host);
            }
        }
    }

    /// <summary>Null: this host's own pool is to take it.</summary>
    public RoutedHost? Take(Exchange exchange)
    {
        if (Hosts.Length == 0) return null;
        lock (pool.Gate)
        {
            var hosts = Hosts;
            if (hosts.Length == 0) return null;
            var now = Clock.Ticks;
            Span<HostLoad> loads = stackalloc HostLoad[hosts.Length + 1];
            for (var i = 0; i < hosts.Length; i++) loads[i] = new HostLoad(hosts[i].Health.IsUp && hosts[i] != exchange.AvoidHost, hosts[i].Outstanding, hosts[i].Slots);
            var own = Own(exchange.Avoid);
            loads[^1] = drained ? own with { Usable = false } : own;
            var chosen = HostChoice.Choose(loads, turn++);
            // A drained host still serves where no other does.
            if (chosen < 0 && drained && own.Usable) return null;
            // The one to avoid only where no other is left, and the own pool's queue only where no host is up.
            var host = chosen >= 0 ? chosen < hosts.Length ? hosts[chosen] : null : exchange.AvoidHost is { Listed: true, Health.IsUp: true } and var avoided ? avoided : null;
            if (host is null) return null;
            if (exchange.Attempts == 0) pool.Figures.Forward(Clock.Time(now));
            host.InFlight++;
            host.Requests++;
            host.Link(exchange);
            exchange.Host = host;
            exchange.HoldsSlot = true;
            exchange.HandedAt = now;
            exchange.AnsweredAt = 0;
            return host;
        }
    }

    /// <summary>The attempt there is over.</summary>
    public AbortReason Leave(Exchange exchange)
    {
        lock (pool.Gate)
        {
            var host = exchange.Host!;
            var reason = host.Leave(exchange);
            exchange.Host = null;
            if (!host.Listed && host.Inside is null && Leaving.Remove(host)) host.Dispose();
            return reason;
        }
    }

    /// <summary>This host's own pool. Under the gate.</summary>
    public HostLoad Own(RoutedWorker? avoid = null)
    {
        var outstanding = pool.Queue.Count;
        var up = 0;
        var usable = false;
        foreach (var worker in pool.Workers)
        {
            outstanding += worker.Outstanding;
            if (!worker.Health.IsUp) continue;
            up++;
            usable |= worker != avoid;
        }

        return new HostLoad(usable, outstanding, up * pool.Route.Concurrency);
    }
}
