namespace Understudy.Decisions.Proxying;

/// <summary>How an attempt ended without an answer that could be passed on.</summary>
public enum Failure
{
    /// <summary>No connection to the worker came about: it provably saw nothing of the request.</summary>
    NotDelivered,

    /// <summary>The connection broke with the request inside.</summary>
    Broken,

    /// <summary>The worker was marked down with the request inside.</summary>
    MarkedDown,

    /// <summary>The worker answered with something that is not HTTP.</summary>
    Garbled,

    /// <summary>No answer within the request timeout.</summary>
    TimedOut,

    /// <summary>The other host said that no worker there has seen it: its queue is full, none of its workers is up, or it sheds load.</summary>
    Declined,
}

/// <param name="Attempts">This one included.</param>
/// <param name="Delivered">How many of them may have reached a worker.</param>
/// <param name="Idempotent">By its method (RFC 9110), or by an Idempotency-Key where that is configured.</param>
/// <param name="BodyKept">The body, if there is one, is at hand to be sent again.</param>
/// <param name="AnswerBegun">A byte of the answer has gone out to the client.</param>
/// <param name="Quarantined">The same request has killed workers lately.</param>
public readonly record struct FailedAttempt(Failure Failure, int Attempts, int Delivered, bool Idempotent, bool BodyKept, bool AnswerBegun, bool Quarantined);

/// <summary>What becomes of the request.</summary>
public enum Verdict
{
    Retry,

    /// <summary>502.</summary>
    BadGateway,

    /// <summary>502, counted apart: it may have been carried out, and may not be repeated.</summary>
    LostInside,

    /// <summary>504.</summary>
    TimedOut,

    /// <summary>503.</summary>
    Refused,

    /// <summary>The answer was cut off midway; the client's connection is ended so that it can tell.</summary>
    CutOff,
}

public static class RetryRules
{
    /// <summary>Times that a request may reach a worker.</summary>
    public const int MostAttempts = 2;

    /// <summary>
    /// How long requests under which a worker broke are kept apart when they are tried again, one to a worker: which of them broke it nobody
    /// knows yet, and the others must not be inside the next that it breaks. Those that kill do so at once; longer would hold up the slow ones.
    /// </summary>
    public static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether the attempt may have reached a worker.</summary>
    public static bool IsDelivered(Failure failure) => failure is not (Failure.NotDelivered or Failure.Declined);

    /// <summary>Bodies up to this many bytes are kept so that they can be sent again.</summary>
    public const int KeptBodyBytes = 64 * 1024;

    /// <param name="withinBudget">Asked only where the rules themselves allow a retry that costs a worker's time.</param>
    public static Verdict Decide(FailedAttempt attempt, Func<bool> withinBudget)
    {
        if (attempt.AnswerBegun) return Verdict.CutOff;
        return attempt.Failure switch
        {
            Failure.TimedOut => Verdict.TimedOut,
            // Nothing was delivered, so nothing is repeated and no worker works twice: any method, no charge. Once more than the others: a
            // pool's last worker that dies with a request inside is asked again, refuses, and only then is known to be down.
            Failure.NotDelivered => attempt.Attempts <= MostAttempts ? Verdict.Retry : Verdict.BadGateway,
            // Once: where all hosts are full, to ask each would only add to it.
            Failure.Declined => attempt.BodyKept && attempt.Attempts < MostAttempts ? Verdict.Retry : Verdict.Refused,
            _ when !attempt.Idempotent || !attempt.BodyKept => attempt.Failure == Failure.Garbled ? Verdict.BadGateway : Verdict.LostInside,
            _ when attempt.Delivered >= MostAttempts || attempt.Quarantined => Verdict.BadGateway,
            _ => withinBudget() ? Verdict.Retry : Verdict.BadGateway,
        };
    }

    /// <summary>RFC 9110, section 9.2.2. Methods are case-sensitive; an unknown one may do anything.</summary>
    public static bool IsIdempotent(string method) => method is "GET" or "HEAD" or "PUT" or "DELETE" or "OPTIONS" or "TRACE";
}
