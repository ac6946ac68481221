using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Decisions.Proxying;

public class RetryRulesTests
{
    [Theory]
    // Not delivered: any method, three times at most, nothing charged.
    [InlineData(Failure.NotDelivered, 1, false, false, false, Verdict.Retry)]
    [InlineData(Failure.NotDelivered, 1, true, true, true, Verdict.Retry)]
    [InlineData(Failure.NotDelivered, 2, false, false, false, Verdict.Retry)]
    [InlineData(Failure.NotDelivered, 3, true, true, false, Verdict.BadGateway)]
    // Lost with the request inside.
    [InlineData(Failure.Broken, 1, true, true, false, Verdict.Retry)]
    [InlineData(Failure.Broken, 2, true, true, false, Verdict.BadGateway)]
    [InlineData(Failure.Broken, 1, false, true, false, Verdict.LostInside)]
    [InlineData(Failure.Broken, 1, true, false, false, Verdict.LostInside)]
    [InlineData(Failure.Broken, 1, true, true, true, Verdict.BadGateway)]
    [InlineData(Failure.MarkedDown, 1, true, true, false, Verdict.Retry)]
    [InlineData(Failure.MarkedDown, 1, false, true, false, Verdict.LostInside)]
    [InlineData(Failure.MarkedDown, 2, false, true, false, Verdict.LostInside)]
    // Answered, but not with HTTP: the worker lives, so nothing is lost inside.
    [InlineData(Failure.Garbled, 1, true, true, false, Verdict.Retry)]
    [InlineData(Failure.Garbled, 1, false, true, false, Verdict.BadGateway)]
    // A slow request would be as slow again.
    [InlineData(Failure.TimedOut, 1, true, true, false, Verdict.TimedOut)]
    [InlineData(Failure.TimedOut, 1, false, false, false, Verdict.TimedOut)]
    // Another host has no room: once elsewhere, whatever the method.
    [InlineData(Failure.Declined, 1, false, true, false, Verdict.Retry)]
    [InlineData(Failure.Declined, 2, true, true, false, Verdict.Refused)]
    [InlineData(Failure.Declined, 1, true, false, false, Verdict.Refused)]
    public void An_attempt_that_failed_before_any_byte_went_out(Failure failure, int attempts, bool idempotent, bool kept, bool quarantined, Verdict expected) =>
        Assert.Equal(expected, RetryRules.Decide(new FailedAttempt(failure, attempts, RetryRules.IsDelivered(failure) ? attempts : 0, idempotent, kept, false, quarantined), () => true));

    [Theory]
    [InlineData(Failure.Broken, 2, 1, Verdict.Retry)]
    [InlineData(Failure.Broken, 3, 1, Verdict.Retry)]
    [InlineData(Failure.MarkedDown, 2, 1, Verdict.Retry)]
    [InlineData(Failure.Broken, 3, 2, Verdict.BadGateway)]
    [InlineData(Failure.NotDelivered, 2, 1, Verdict.Retry)]
    [InlineData(Failure.NotDelivered, 3, 1, Verdict.BadGateway)]
    public void A_worker_that_refused_the_request_before_is_not_held_against_it(Failure failure, int attempts, int delivered, Verdict expected) =>
        Assert.Equal(expected, RetryRules.Decide(new FailedAttempt(failure, attempts, delivered, true, true, false, false), () => true));

    [Theory]
    [InlineData(Failure.NotDelivered)]
    [InlineData(Failure.Broken)]
    [InlineData(Failure.MarkedDown)]
    [InlineData(Failure.Garbled)]
    [InlineData(Failure.TimedOut)]
    [InlineData(Failure.Declined)]
    public void Once_a_byte_has_gone_out_the_answer_is_cut_off(Failure failure) =>
        Assert.Equal(Verdict.CutOff, RetryRules.Decide(new FailedAttempt(failure, 1, 1, true, true, true, false), () => true));

    [Fact]
    public void A_spent_budget_stops_retries_but_not_of_what_was_never_delivered()
    {
        Assert.Equal(Verdict.BadGateway, RetryRules.Decide(new FailedAttempt(Failure.Broken, 1, 1, true, true, false, false), () => false));
        Assert.Equal(Verdict.Retry, RetryRules.Decide(new FailedAttempt(Failure.NotDelivered, 1, 0, true, true, false, false), () => false));
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", true)]
    [InlineData("PUT", true)]
    [InlineData("DELETE", true)]
    [InlineData("OPTIONS", true)]
    [InlineData("TRACE", true)]
    [InlineData("POST", false)]
    [InlineData("PATCH", false)]
    [InlineData("get", false)]
    [InlineData("PURGE", false)]
    public void Methods(string method, bool idempotent) => Assert.Equal(idempotent, RetryRules.IsIdempotent(method));

    [Fact]
    public void The_budget_is_a_fifth_of_the_last_ten_seconds_and_never_less_than_the_floor()
    {
        var quiet = new RetryBudget();
        Assert.Equal(RetryBudget.Floor, Taken(quiet, TimeSpan.Zero));

        var busy = new RetryBudget();
        for (var i = 0; i < 10_000; i++) busy.Request(TimeSpan.FromMilliseconds(i));
        Assert.Equal(2000, Taken(busy, TimeSpan.FromSeconds(9.9)));
        // Ten seconds later both the requests and the retries are forgotten.
        Assert.Equal(RetryBudget.Floor, Taken(busy, TimeSpan.FromSeconds(20)));
    }

    static int Taken(RetryBudget budget, TimeSpan now)
    {
        var taken = 0;
        while (budget.TryRetry(now)) taken++;
        return taken;
    }

    [Fact]
    public void Quarantine_ends_and_forgets_the_oldest_when_full()
    {
        var quarantine = new Quarantine();
        quarantine.BrokeAgain("GET", "/poison", TimeSpan.Zero, TimeSpan.Zero);
        Assert.True(quarantine.Holds("GET", "/poison", TimeSpan.FromSeconds(59)));
        Assert.False(quarantine.Holds("POST", "/poison", TimeSpan.FromSeconds(59)));
        Assert.False(quarantine.Holds("GET", "/poison", TimeSpan.FromSeconds(60)));
        for (var i = 0; i < Quarantine.Most + 10; i++) quarantine.BrokeAgain("GET", $"/{i}", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        Assert.Equal(Quarantine.Most, quarantine.Count);
        Assert.False(quarantine.Holds("GET", "/poison", TimeSpan.FromSeconds(2)));
        Assert.True(quarantine.Holds("GET", "/500", TimeSpan.FromSeconds(2)));
        quarantine.Answered("GET", "/", TimeSpan.FromSeconds(62));
        Assert.Equal(0, quarantine.Count);
    }

    [Fact]
    public void A_request_like_one_that_was_answered_between_the_breaks_is_innocent()
    {
        var quarantine = new Quarantine();
        quarantine.Broke("GET", "/", TimeSpan.FromSeconds(1));
        quarantine.Answered("GET", "/", TimeSpan.FromSeconds(2));
        quarantine.BrokeAgain("GET", "/", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        Assert.False(quarantine.Holds("GET", "/", TimeSpan.FromSeconds(3)));

        // An answer from before tells nothing.
        quarantine.BrokeAgain("GET", "/", TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(4));
        Assert.True(quarantine.Holds("GET", "/", TimeSpan.FromSeconds(4)));
        quarantine.Answered("GET", "/other", TimeSpan.FromSeconds(5));
        Assert.True(quarantine.Holds("GET", "/", TimeSpan.FromSeconds(5)));
        quarantine.Answered("GET", "/", TimeSpan.FromSeconds(6));
        Assert.False(quarantine.Holds("GET", "/", TimeSpan.FromSeconds(6)));
    }
}
