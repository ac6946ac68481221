using System.Text;
using Understudy.Releases;

namespace Understudy.Tests.Releases;

public class CommandLinesTests
{
    readonly StandingTime time = new();
    readonly List<string> passed = [];

    [Fact]
    public void Lines_come_whole_and_in_order()
    {
        var lines = new CommandLines(passed.Add, time);
        foreach (var piece in (string[])["one\ntw", "o\nth", "ree"])
        {
            lines.Take(Encoding.UTF8.GetBytes(piece));
            lines.Pass();
        }
        Assert.Equal(["one", "two"], passed);
        lines.End();
        Assert.Equal(["one", "two", "three"], passed);
    }

    [Fact]
    public void Of_a_flood_the_newest_lines_pass_and_the_others_are_counted()
    {
        var lines = new CommandLines(passed.Add, time);
        lines.Take(Text(0, 100));
        lines.Pass();
        for (var from = 100; from < 5_000; from += 100)
            lines.Take(Text(from, from + 100));
        lines.Pass();
        Assert.Equal(100 + 1 + 100, passed.Count);
        Assert.Equal("(understudy: 4,700 lines passed over)", passed[100]);
        Assert.Equal("4800", passed[101]);
        time.Now += TimeSpan.FromSeconds(0.25);
        lines.Pass();
        Assert.Equal(251, passed.Count);
        lines.End();
        Assert.Equal("4999", passed[^1]);
        Assert.Equal(301, passed.Count);
    }

    [Fact]
    public void Very_many_lines_at_once_are_only_counted()
    {
        var lines = new CommandLines(passed.Add, time);
        lines.Take("begun"u8);
        lines.Take(Text(0, 10_000));
        lines.Take("end"u8);
        lines.End();
        Assert.Equal("(understudy: 9,801 lines passed over)", passed[0]);
        Assert.Equal(["9801", "9999", "end"], [passed[1], passed[^2], passed[^1]]);
    }

    [Fact]
    public void A_long_line_is_cut()
    {
        var lines = new CommandLines(passed.Add, time);
        lines.Take(Encoding.UTF8.GetBytes(new string('x', 5_000) + "\n"));
        lines.End();
        Assert.Equal(new string('x', 4_096) + "…", Assert.Single(passed));
    }

    static byte[] Text(int from, int to) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(from, to - from).Select(number => $"{number}\n")));

    sealed class StandingTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
