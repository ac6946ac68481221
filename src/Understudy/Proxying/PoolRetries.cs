using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>Rules on a pool's failed attempts.</summary>
internal sealed class PoolRetries(PoolDispatch pool, PoolHealth health, HostWatch hosts)
{
    readonly Quarantine quarantine = new();
    volatile bool watching;

    /// <summary>A worker has answered it; nearly always a look at a field.</summary>
    public void Answered(Exchange exchange)
    {
        if (!watching) return;
        lock (pool.Gate)
        {
            quarantine.Answered(exchange.Context.Request.Method, exchange.Target, Clock.Now);
            watching = quarantine.Count > 0;
        }
    }

    /// <summary>What becomes of the request. Its exchange has left the worker.</summary>
    public Verdict Judge(Exchange exchange, RoutedWorker worker, Failure failure, bool idempotent)
    {
        // One that broke off within an answer of 500 is counted already.
        if (exchange.AnsweredAt == 0 || exchange.Context.Response.StatusCode < 500) worker.Failed();
        if (failure == Failure.NotDelivered) health.Observe(worker, new Evidence(EvidenceKind.ConnectRefused));
        else if (failure is Failure.Broken or Failure.Garbled) Doubt(worker);

        var verdict = Decide(exchange, failure, idempotent);
        if (verdict == Verdict.Retry) exchange.Avoid = worker;
        return verdict;
    }

    /// <summary>The same for one that has left another host.</summary>
    /// <param name="unreachable">Why no connection came about, where that is known for certain.</param>
    public Verdict Judge(Exchange exchange, RoutedHost host, Failure failure, string? unreachable, bool idempotent)
    {
        if (failure != Failure.Declined) host.Failed();
        if (unreachable is not null) hosts.Observe(host, new HostEvidence(HostEvidenceKind.Refused, 0, unreachable));
        else host.AskNow = true;
        // It was the host that broke; whether the request has to do with it the workers there would have told.
        exchange.AllBroken = false;
        var verdict = Decide(exchange, failure, idempotent);
        if (verdict == Verdict.Retry) exchange.AvoidHost = host;
        return verdict;
    }

    void Doubt(RoutedWorker worker)
    {
        lock (pool.Gate) worker.Broke = Clock.Now;
        worker.AskNow = true;
    }

    Verdict Decide(Exchange exchange, Failure failure, bool idempotent)
    {
        var now = Clock.Now;
        var request = exchange.Context.Request;
        lock (pool.Gate)
        {
            if (RetryRules.IsDelivered(failure))
            {
                exchange.Delivered++;
                if (failure != Failure.Broken) exchange.AllBroken = false;
            }

            var attempt = new FailedAttempt(failure, exchange.Attempts, exchange.Delivered, idempotent, exchange.BodyKept,
                exchange.Context.Response.HasStarted, quarantine.Holds(request.Method, exchange.Target, now));
            var verdict = RetryRules.Decide(attempt, () => pool.Figures.Budget.TryRetry(now));
            Count(verdict);
            if (failure == Failure.Broken && exchange.AllBroken) Watch(exchange, request.Method, now);
            return verdict;
        }
    }

    void Watch(Exchange exchange, string method, TimeSpan now)
    {
        watching = true;
        if (exchange.Delivered >= RetryRules.MostAttempts)
        {
            quarantine.BrokeAgain(method, exchange.Target, exchange.FirstBroke, now);
        }
        else
        {
            exchange.FirstBroke = now;
            quarantine.Broke(method, exchange.Target, now);
        }
    }

    void Count(Verdict verdict)
    {
        var figures = pool.Figures;
        if (verdict == Verdict.Retry) figures.Retries++;
        else if (verdict == Verdict.LostInside) figures.LostInside++;
        else if (verdict == Verdict.TimedOut) figures.TimedOut++;
        else if (verdict == Verdict.Refused) figures.Refused++;
    }
}
