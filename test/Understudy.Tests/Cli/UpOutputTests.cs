using Understudy.Api;
using Understudy.Cli;

namespace Understudy.Tests.Cli;

public class UpOutputTests
{
    static readonly LogLineDocument Line = new("shop", "web", "web.1", "a\e[2Jb");

    [Fact]
    public void A_progress_line_makes_way_for_real_ones() => Assert.Equal("starting: web 0 of 2\r\e[Kweb.1    | a^[[2Jb\n", Printed(live: true, json: false, output =>
    {
        output.Progress("starting: web 0 of 2");
        output.LogLine(Line);
    }));

    [Fact]
    public void Piped_there_is_no_progress_and_log_lines_are_as_they_were_written() => Assert.Equal("web.1    | a\e[2Jb\n", Printed(live: false, json: false, output =>
    {
        output.Progress("starting");
        output.LogLine(Line);
    }));

    [Fact]
    public void With_json_only_the_streams_are_printed() => Assert.Equal("{\"app\":\"shop\",\"pool\":\"web\",\"worker\":\"web.1\",\"line\":\"a\\u001B[2Jb\"}\n", Printed(live: true, json: true, output =>
    {
        output.Say("hello");
        output.Progress("starting");
        output.LogLine(Line);
    }));

    [Fact]
    public void A_terminal_that_was_closed_does_not_stop_up()
    {
        var output = new UpOutput(new Screen(new Closed(), TextWriter.Null, live: true, colour: false, 80), json: false);
        output.Progress("starting");
        output.LogLine(Line);
        output.Say("Stopped.");
    }

    static string Printed(bool live, bool json, Action<UpOutput> print) => Ran.View(live, screen => print(new UpOutput(screen, json)));

    sealed class Closed : StringWriter
    {
        public override void Flush() => throw new IOException("Input/output error");
    }
}
