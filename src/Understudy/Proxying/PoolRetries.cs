using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>Rules on a pool's failed attempts.</summary>
internal sealed class PoolRetries(PoolDispatch pool, PoolHealth health)
{
    readonly Quarantine quarantine = new();

    /// <summary>What becomes of the request. Its exchange has left the worker.</summary>
    public Verdict Judge(Exchange exchange, RoutedWorker worker, Failure failure, bool idempotent)
    {
        var now = Clock.Now;
        // One that broke off within an answer of 500 is counted already.
        if (exchange.AnsweredAt == 0 || exchange.Context.Response.StatusCode < 500) worker.Failed();
        if (failure == Failure.NotDelivered) health.Observe(worker, new Evidence(EvidenceKind.ConnectRefused));
        else if (failure is Failure.Broken or Failure.Garbled) worker.AskNow = true;

        var request = exchange.Context.Request;
        lock (pool.Gate)
        {
            var attempt = new FailedAttempt(failure, exchange.Attempts, idempotent, exchange.BodyKept,
                exchange.Context.Response.HasStarted, quarantine.Holds(request.Method, exchange.Target, now));
            var verdict = RetryRules.Decide(attempt, () => pool.Figures.Budget.TryRetry(now));
            if (verdict == Verdict.Retry) exchange.Avoid = worker;
            Count(verdict);
            NotePoison(exchange, request.Method, failure, now);
            return verdict;
        }
    }

    void Count(Verdict verdict)
    {
        var figures = pool.Figures;
        if (verdict == Verdict.Retry) figures.Retries++;
        else if (verdict == Verdict.LostInside) figures.LostInside++;
        else if (verdict == Verdict.TimedOut) figures.TimedOut++;
    }

    void NotePoison(Exchange exchange, string method, Failure failure, TimeSpan now)
    {
        if (failure != Failure.Broken) exchange.AllBroken = false;
        else if (exchange.AllBroken && exchange.Attempts >= RetryRules.MostAttempts) quarantine.Add(method, exchange.Target, now);
    }
}
