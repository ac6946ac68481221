using Understudy.Cli;
using Understudy.Decisions.Doctor;

namespace Understudy.Tests.Cli;

public class DoctorViewTests
{
    static readonly Finding Swap = new(FindingKinds.NoSwap, Weight.Warning, "There is no swap: memory that runs out does so from one moment to the next, with no time to act.", "4 GB of memory, and 0 of swap.", "Make a small one.");
    static readonly Finding Host = new(FindingKinds.SingleHost, Weight.Note, "The site is on this host alone.", "One host.", "Keep another at hand.");

    [Fact]
    public void Piped_each_part_is_one_line() => Assert.Equal(
        """
        warning   There is no swap: memory that runs out does so from one moment to the next, with no time to act.
        seen      4 GB of memory, and 0 of swap.
        fix       Make a small one.
        more      docs/doctor/no-swap.md

        note      The site is on this host alone.
        seen      One host.
        fix       Keep another at hand.
        more      docs/doctor/single-host.md

        0 errors, 1 warning, 1 note.

        """, Written(live: false, 80, Swap, Host));

    [Fact]
    public void On_a_terminal_lines_are_broken_at_words_and_stay_beneath_their_beginning()
    {
        var lines = Written(live: true, 60, Swap).Split('\n');
        Assert.Equal("warning   There is no swap: memory that runs out does so", lines[0]);
        Assert.Equal("          from one moment to the next, with no time to act.", lines[1]);
        Assert.All(lines, line => Assert.True(line.Length <= 61, line));
    }

    [Fact]
    public void Where_nothing_is_wrong_that_is_said() => Assert.EndsWith("Nothing is wrong. 1 note.\n", Written(live: false, 80, Host));

    [Fact]
    public void What_a_process_calls_itself_moves_no_cursor() =>
        Assert.DoesNotContain('\e', Written(live: false, 80, Host with { Evidence = "a process named \e[2J" }));

    static string Written(bool live, int width, params Finding[] findings)
    {
        var output = new StringWriter();
        new DoctorView(new Screen(output, TextWriter.Null, live, colour: false, width)).Write(findings);
        return output.ToString();
    }
}
