using System.Globalization;
using Understudy.Decisions.Fleet;

namespace Understudy.Tests.Decisions.Fleet;

public class WatchDecisionTests
{
    static readonly WatchRules Rules = new();

    /// <summary>Streams as "id:member@heard", with ? when asked; failures by member, - for none; the answer as it would be done.</summary>
    [Theory]
    [InlineData("", "- - -", 0, false, 0, "open 0 1", "two members at once")]
    [InlineData("1:0@0 2:1@0", "- - -", 0, false, 400, "", "both are heard")]
    [InlineData("1:0@0 2:1@400", "- - -", 400, false, 500, "ask 1", "a quiet one is asked")]
    [InlineData("1:0@0? 2:1@400", "- - -", 400, false, 600, "", "once")]
    [InlineData("1:0@0? 2:1@1100", "- - -", 1100, false, 1200, "drop 1; open 2", "a silent one is replaced by another member's")]
    [InlineData("1:0@0? 2:1@1100", "- - 1100", 1100, false, 1200, "drop 1", "which is left alone for a moment if it just failed")]
    [InlineData("2:1@1100", "1200 - -", 1100, false, 1200, "open 2", "a member that never failed comes before one that did")]
    [InlineData("2:1@1500", "1200 - 1000", 1500, false, 1600, "open 2", "then the one that failed longest ago")]
    [InlineData("", "100", 0, false, 300, "", "a lone member that failed is left alone")]
    [InlineData("", "100", 0, false, 400, "open 0", "for a moment")]
    [InlineData("1:0@1900 2:1@1900", "- -", 0, false, 2000, "stale", "streams that were opened and never heard prove nothing")]
    [InlineData("1:0@1900 2:1@1900", "- -", 0, true, 2100, "", "which is told once")]
    [InlineData("1:0@1900 2:1@2100", "- -", 2100, true, 2100, "fresh", "until one is heard")]
    [InlineData("", "", 0, false, 2500, "stale", "a fleet without members is stale too")]
    public void A_watch_keeps_itself_alive(string streams, string failed, int heard, bool stale, int now, string expected, string why)
    {
        var state = new WatchState([.. streams.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Stream)], Ms(heard), stale,
            [.. failed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(at => at == "-" ? (TimeSpan?)null : Ms(Number(at)))]);
        var turn = WatchDecision.Next(Rules, state, Ms(now));
        Assert.True(Text(turn) == expected, $"{why}: {Text(turn)}");
        Assert.InRange(turn.Until, Ms(now), Ms(now) + Rules.Pause);
    }

    [Fact]
    public void Silence_of_every_member_is_told_within_its_time()
    {
        var state = new WatchState([new WatchStreamSight(1, 0, Ms(0), null), new WatchStreamSight(2, 1, Ms(0), null)], Ms(0), Stale: false, [null, null, null]);
        var now = TimeSpan.Zero;
        while (true)
        {
            var turn = WatchDecision.Next(Rules, state, now);
            if (turn.TellStale is true)
                break;
            Assert.InRange(turn.Until, now, Rules.Stale);
            var failed = state.FailedAt.ToArray();
            foreach (var stream in state.Streams.Where(stream => turn.Drop.Contains(stream.Id)))
                failed[stream.Member] = now;
            state = state with
            {
                FailedAt = failed,
                Streams =
                [
                    .. state.Streams.Where(stream => !turn.Drop.Contains(stream.Id)).Select(stream => turn.Ask.Contains(stream.Id) ? stream with { AskedAt = now } : stream),
                    .. turn.Open.Select(member => new WatchStreamSight(10 + member, member, now, null)),
                ],
            };
            now = turn.Until > now ? turn.Until : now + Ms(1);
        }
        Assert.Equal(Rules.Stale, now);
    }

    static WatchStreamSight Stream(string text)
    {
        var parts = text.TrimEnd('?').Split(':', '@').Select(Number).ToArray();
        return new WatchStreamSight(parts[0], parts[1], Ms(parts[2]), text.EndsWith('?') ? Ms(parts[2]) + Rules.Ask : null);
    }

    static string Text(WatchTurn turn) => string.Join("; ", ((string[])
    [
        turn.TellStale switch { true => "stale", false => "fresh", null => "" }, Listed("ask", turn.Ask), Listed("drop", turn.Drop), Listed("open", turn.Open),
    ]).Where(part => part.Length > 0));

    static string Listed(string what, IReadOnlyList<int> numbers) => numbers.Count == 0 ? "" : $"{what} {string.Join(' ', numbers)}";

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
