using Understudy.Decisions.Fleet;

namespace Understudy.Tests.Decisions.Fleet;

public class HedgeDecisionTests
{
    static readonly HedgeRules Rules = new();

    /// <summary>Attempts as "member@sent", with ! when over; the answer as the member, or @ when to look again.</summary>
    [Theory]
    [InlineData("", 0, "2", "the best member first")]
    [InlineData("2@0", 100, "@150", "it has its time")]
    [InlineData("2@0", 150, "0", "then the next beside it")]
    [InlineData("2@0!", 5, "0", "at once when it refused")]
    [InlineData("2@0! 0@5!", 10, "1", "and the one behind that")]
    [InlineData("2@0! 0@5! 1@10!", 15, "@50", "all refused: not the first again at once")]
    [InlineData("2@0! 0@5! 1@10!", 50, "2", "but after the pause")]
    [InlineData("2@0 0@150 1@300", 450, "@2000", "all were asked: the first to be over is awaited")]
    [InlineData("2@0! 0@150 1@300", 400, "@450", "the newest still has its time")]
    [InlineData("2@0! 0@150 1@300", 450, "2", "then the one that was over is asked again")]
    [InlineData("2@1900", 1990, "@2000", "no wait goes beyond the call's end")]
    [InlineData("2@0", 2000, "", "no call goes beyond its deadline")]
    [InlineData("2@0! 0@5! 1@10!", 2500, "", "whoever might still be asked")]
    public void A_call_asks_waits_or_ends(string attempts, int now, string expected, string why)
    {
        var turn = HedgeDecision.Next(Rules, [2, 0, 1], [.. attempts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Attempt)], Ms(now));
        Assert.True(Text(turn) == expected, $"{why}: {Text(turn)}");
    }

    [Fact]
    public void A_fleet_without_members_is_given_up_at_once() => Assert.True(HedgeDecision.Next(Rules, [], [], TimeSpan.Zero).GiveUp);

    [Fact]
    public void A_lone_member_is_not_asked_twice_at_once_and_not_left_alone_either()
    {
        Assert.Equal("@2000", Text(HedgeDecision.Next(Rules, [0], [Attempt("0@0")], Ms(300))));
        Assert.Equal("0", Text(HedgeDecision.Next(Rules, [0], [Attempt("0@0!")], Ms(400))));
    }

    /// <summary>Members that answer, refuse or are frozen, by chance: within the deadline a living one is asked, and none is asked twice at a time.</summary>
    [Fact]
    public void In_every_history_a_living_member_is_reached_and_the_end_kept()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var kinds = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(3)).ToArray();
            int[] order = [.. Enumerable.Range(0, kinds.Length)];
            var attempts = new List<HedgeAttempt>();
            var reached = false;
            var now = TimeSpan.Zero;
            while (!reached)
            {
                for (var i = 0; i < attempts.Count; i++)
                {
                    if (!attempts[i].Over && now - attempts[i].SentAt >= (kinds[attempts[i].Member] == 1 ? Ms(1) : Rules.Attempt))
                        attempts[i] = attempts[i] with { Over = true };
                }
                var turn = HedgeDecision.Next(Rules, order, attempts, now);
                if (turn.GiveUp)
                    break;
                if (turn.Ask is { } member)
                {
                    Assert.DoesNotContain(attempts, one => one.Member == member && !one.Over);
                    attempts.Add(new HedgeAttempt(member, now, false));
                    reached = kinds[member] == 0;
                    continue;
                }
                Assert.InRange(turn.Until!.Value, now + TimeSpan.FromTicks(1), Rules.Within);
                now += Ms(1);
            }
            Assert.True(reached == kinds.Contains(0), $"seed {seed}");
            Assert.True(now <= Rules.Within, $"seed {seed}: {now}");
            Assert.True(attempts.Count <= kinds.Length * (Rules.Within / Rules.Pause), $"seed {seed}: {attempts.Count} attempts");
        }
    }

    static HedgeAttempt Attempt(string text)
    {
        var parts = text.TrimEnd('!').Split('@').Select(part => int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        return new HedgeAttempt(parts[0], Ms(parts[1]), text.EndsWith('!'));
    }

    static string Text(HedgeTurn turn) => turn.Ask?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? (turn.Until is { } until ? $"@{until.TotalMilliseconds}" : "");

    static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
