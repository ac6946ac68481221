using Understudy.Releases;

namespace Understudy.Tests.Releases;

public sealed class CommandLogTests : IDisposable
{
    const string Line = "a line of a build that prints and prints and never comes to its end\n";

    readonly TemporaryFolder folder = new();
    readonly string path;

    public CommandLogTests() => path = folder["build.log"];

    [Fact]
    public void The_first_megabyte_and_the_newest_four_stay()
    {
        File.WriteAllText(path, "before\n");
        using (var log = CommandLog.Open(path, null, []))
        {
            for (var megabytes = 0; megabytes < 60; megabytes++)
            {
                Print(megabytes, 1_010_000);
                log.Look();
                Assert.True(megabytes < 8 || new FileInfo(path).Length > 8_000_000, "the file shrinks only when nobody writes any more");
            }
            log.End();
        }
        var text = File.ReadAllLines(path);
        Assert.InRange(new FileInfo(path).Length, 4_900_000, 5_100_000);
        Assert.Equal("before", text[0]);
        Assert.Equal("0 begins", text[1]);
        var note = Assert.Single(text, line => line.StartsWith("(understudy: ", StringComparison.Ordinal));
        Assert.Matches("^\\(understudy: 5[45],[0-9,]+ bytes of output left out here\\)$", note);
        Assert.All(text, line => Assert.True(line == note || line + "\n" == Line || line == "before" || line.EndsWith(" begins", StringComparison.Ordinal), $"not a whole line: {line}"));
        Assert.Equal(["0 begins", "57 begins", "58 begins", "59 begins"], text.Where(line => line.EndsWith(" begins", StringComparison.Ordinal)));
    }

    [Fact]
    public void One_within_bounds_stays_as_it_is()
    {
        using var log = CommandLog.Open(path, null, []);
        Print(0, 4_000_000);
        var all = File.ReadAllText(path);
        log.Look();
        log.End();
        Assert.Equal(all, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("a hush-hush b\n", "a ********* b\n")]
    [InlineData("hush-|hush\n", "*********\n")]
    [InlineData("x|h|u|s|h|-|h|u|s|h|hush-hush-and-more", "x***************************")]
    [InlineData("key=abc\nhush\n", "key=abc\nhush\n")]
    public void Secrets_are_overwritten_while_it_grows(string printed, string kept)
    {
        using var log = CommandLog.Open(path, null, ["hush-hush", "hush-hush-and-more", "abc"]);
        foreach (var part in printed.Split('|'))
        {
            File.AppendAllText(path, part);
            log.Look();
        }
        log.End();
        Assert.Equal(kept, File.ReadAllText(path));
    }

    [Fact]
    public void A_secret_is_found_wherever_it_lies_in_a_long_log()
    {
        using var log = CommandLog.Open(path, null, ["hush-hush"]);
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
            File.AppendAllText(path, new string('x', random.Next(1, 9000)) + "hush-hush");
        var length = new FileInfo(path).Length;
        log.Look();
        log.End();
        Assert.Equal(length, new FileInfo(path).Length);
        Assert.DoesNotContain("hush", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_the_command_cut_is_followed_on()
    {
        var lines = new List<string>();
        using var log = CommandLog.Open(path, new CommandLines(lines.Add, TimeProvider.System), []);
        File.AppendAllText(path, "one\ntwo\n");
        log.Look();
        File.WriteAllText(path, "new\n");
        log.Look();
        log.End();
        Assert.Equal(["one", "two", "new"], lines);
    }

    public void Dispose() => folder.Dispose();

    void Print(int number, int bytes) => File.AppendAllText(path, $"{number} begins\n" + string.Concat(Enumerable.Repeat(Line, bytes / Line.Length)));
}
