using System.Diagnostics;
using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>
/// Hands requests to workers: least outstanding first, at most `concurrency` each, the rest in a bounded queue in order. One lock, held
/// for a few list operations; nothing is awaited, cancelled or continued under it.
/// </summary>
internal sealed class PoolDispatch
{
    static readonly long apart = Clock.ToTicks(RetryRules.Apart);

    PoolRoute route;
    long noneUpSince;
    int turn;

    public PoolDispatch(PoolRoute route)
    {
        this.route = route;
        noneUpSince = Clock.Ticks;
        Apply(route);
    }

    /// <summary>Guards everything of this pool and its workers.</summary>
    public Lock Gate { get; } = new();

    public PoolFigures Figures { get; } = new();

    public RequestQueue Queue { get; } = new();

    /// <summary>The workers of the newest route table.</summary>
    public RoutedWorker[] Workers { get; private set; } = [];

    /// <summary>Workers that are listed no more and still have something inside.</summary>
    public List<RoutedWorker> Leaving { get; } = [];

    public PoolRoute Route => route;

    /// <summary>Takes the new settings and workers; those that stay keep their state, those that left finish what is inside.</summary>
    public void Apply(PoolRoute next)
    {
        lock (Gate)
        {
            var now = Clock.Now;
            route = next;
            var before = Workers;
            Workers = new RoutedWorker[next.Workers.Count];
            foreach (var worker in before) worker.Listed = false;
            for (var i = 0; i < Workers.Length; i++)
            {
                var known = Find(before, next.Workers[i].Id) ?? Find(Leaving, next.Workers[i].Id);
                Workers[i] = known is not null && known.Route.Port == next.Workers[i].Port ? known : new RoutedWorker(next.Workers[i], now);
                Workers[i].Listed = true;
            }

            Leaving.RemoveAll(static worker => worker.Listed);
            foreach (var worker in before)
            {
                if (!worker.Listed && worker.Inside is not null) Leaving.Add(worker);
            }

            NoteWhetherAnyIsUp();
            Dispatch();
        }
    }

    static RoutedWorker? Find(IReadOnlyList<RoutedWorker> among, string id)
    {
        foreach (var worker in among)
        {
            if (worker.Route.Id == id) return worker;
        }

        return null;
    }

    /// <summary>Assigns a worker, queues or refuses. After `Queued` the outcome is <see cref="Exchange.Settled"/>.</summary>
    public Grant Take(Exchange exchange)
    {
        var now = Clock.Ticks;
        lock (Gate)
        {
            var again = exchange.Attempts > 0;
            if (!again)
            {
                Figures.Requested(Clock.Time(now));
            }

            if (Queue.Count == 0 && Choose(exchange, now) is { } worker)
            {
                Hand(worker, exchange, now);
                return Grant.Handed;
            }

            // A retry has had its turn: it is not refused for a queue that filled up behind it.
            if ((!again && Queue.Count >= route.QueueLength) || NoneUpForTooLong(now))
            {
                Figures.Refused++;
                return Grant.Refused;
            }

            exchange.PrepareWait();
            exchange.QueuedAt = now;
            if (again) Queue.Prepend(exchange);
            else Queue.Append(exchange);
            // Those that were tried before may be waiting for a worker that takes them; others need not.
            if (Queue.Head!.Avoid is not null) Dispatch();
            return Grant.Queued;
        }
    }

    /// <summary>The client is gone: leaves the queue, if still in it.</summary>
    public void Withdraw(Exchange exchange)
    {
        lock (Gate)
        {
            if (!exchange.InQueue) return;
            Queue.Remove(exchange);
            exchange.Settle(Grant.Withdrawn);
        }
    }

    /// <summary>The attempt is over: its slot is free for the next.</summary>
    public AbortReason Leave(Exchange exchange)
    {
        lock (Gate)
        {
            var worker = exchange.Worker!;
            var reason = worker.Leave(exchange);
            exchange.Worker = null;
            if (worker.Suspect == exchange) worker.Suspect = null;
            if (!worker.Listed && worker.Inside is null) Leaving.Remove(worker);
            if (Queue.Count > 0) Dispatch();
            return reason;
        }
    }

    /// <summary>An upgraded connection or an event stream holds no slot from here on.</summary>
    public void BecomeStream(Exchange exchange)
    {
        lock (Gate)
        {
            if (exchange.Host is { } host) host.BecomeStream(exchange);
            else if (exchange.Worker!.BecomeStream(exchange) && Queue.Count > 0) Dispatch();
        }
    }

    /// <summary>Hands what waits to the slots that are free. Under the gate.</summary>
    public void Dispatch()
    {
        var now = Clock.Ticks;
        for (var waiting = Queue.Head; waiting is not null;)
        {
            var next = waiting.Next;
            if (Choose(waiting, now) is { } worker)
            {
                Queue.Remove(waiting);
                Hand(worker, waiting, now);
                waiting.Settle(Grant.Handed);
            }
            // Only a retry may find no worker where the next in line finds one.
            else if (waiting.Avoid is null)
            {
                return;
            }

            waiting = next;
        }
    }

    /// <summary>
    /// The up worker with a free slot and the fewest requests inside. One that may be dying comes last: it takes connections to its end, and
    /// has the fewest inside. The one to avoid only if no other is up. For a suspect none that has been handed another a moment ago, and the
    /// one under which it broke only once that has answered a probe since.
    /// </summary>
    RoutedWorker? Choose(Exchange exchange, long now)
    {
        var avoid = exchange.Avoid;
        RoutedWorker? best = null;
        var onlyAvoided = avoid is not null;
        if (++turn >= Workers.Length) turn = 0;
        for (var i = 0; i < Workers.Length; i++)
        {
            var at = i + turn;
            var worker = Workers[at < Workers.Length ? at : at - Workers.Length];
            if (!worker.Health.IsUp || worker == avoid) continue;
            onlyAvoided = false;
            if (Takes(worker, exchange, now) && (best is null || IsBetter(worker, best))) best = worker;
        }

        if (!onlyAvoided) return best;
        var isBack = avoid!.Listed && avoid.Health.IsUp && (!exchange.Suspect || avoid.ProbedWell > exchange.FirstBroke);
        return isBack && Takes(avoid, exchange, now) ? avoid : null;
    }

    static bool IsBetter(RoutedWorker worker, RoutedWorker best) =>
        worker.Doubted == best.Doubted ? worker.Outstanding < best.Outstanding : best.Doubted;

    bool Takes(RoutedWorker worker, Exchange exchange, long now) =>
        worker.Outstanding < route.Concurrency && (worker.Suspect is null || !exchange.Suspect || now - worker.Suspect.HandedAt >= apart);

    void Hand(RoutedWorker worker, Exchange exchange, long now)
    {
        if (worker.InFlight == 0) Volatile.Write(ref worker.LastSign, now);
        worker.InFlight++;
        worker.Requests++;
        worker.Link(exchange);
        exchange.Worker = worker;
        if (exchange.Suspect) worker.Suspect = exchange;
        exchange.HoldsSlot = true;
        exchange.HandedAt = now;
        exchange.AnsweredAt = 0;
        var waited = exchange.QueuedAt == 0 ? 0 : now - exchange.QueuedAt;
        exchange.QueuedTicks += waited;
        exchange.QueuedAt = 0;
        Figures.Handed(Clock.Time(now), waited);
    }

    bool NoneUpForTooLong(long now) => noneUpSince != 0 && Stopwatch.GetElapsedTime(noneUpSince, now) > route.QueueWait;

    /// <summary>After a worker was listed, marked up or marked down. Under the gate.</summary>
    public void NoteWhetherAnyIsUp()
    {
        foreach (var worker in Workers)
        {
            if (!worker.Health.IsUp) continue;
            noneUpSince = 0;
            return;
        }

        if (noneUpSince == 0) noneUpSince = Clock.Ticks;
    }

    /// <summary>Requests that an older proxy has inside the workers, by worker id; they count against `concurrency`.</summary>
    public void SetForeign(IReadOnlyDictionary<string, int> inFlight)
    {
        lock (Gate)
        {
            foreach (var worker in Workers) worker.Foreign = inFlight.GetValueOrDefault(worker.Route.Id);
            Dispatch();
        }
    }
}
