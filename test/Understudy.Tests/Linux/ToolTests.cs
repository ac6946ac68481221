using System.Text;
using Understudy.Linux;

namespace Understudy.Tests.Linux;

public class ToolTests
{
    static readonly TimeSpan Patient = TimeSpan.FromMinutes(1);

    [Fact]
    public void Input_output_errors_and_exit_code_are_had()
    {
        using var output = new MemoryStream();
        var end = Shell("cat; echo oops >&2; exit 3").Run(stream => stream.CopyTo(output), CancellationToken.None, input => input.Write("given"u8));
        Assert.Equal((3, "oops\n", false, false), (end.ExitCode, end.Errors, end.TimedOut, end.Good));
        Assert.Equal("given", Encoding.ASCII.GetString(output.ToArray()));
    }

    [Fact]
    public void Without_input_there_is_none() => Assert.True(Shell("cat").Run(Ignored, CancellationToken.None).Good);

    [Fact]
    public void Of_many_errors_the_last_are_kept()
    {
        var end = Shell("i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done").Run(Ignored, CancellationToken.None);
        Assert.EndsWith("line 19999\n", end.Errors);
        Assert.InRange(end.Errors.Length, 8_000, 17_000);
    }

    [Fact]
    public void At_its_deadline_it_is_killed_with_its_children()
    {
        var end = (Shell("sleep 600 & sleep 600") with { Within = TimeSpan.FromMilliseconds(200) }).Run(Ignored, CancellationToken.None);
        Assert.True(end.TimedOut);
        Assert.False(end.Good);
    }

    [Fact]
    public void It_ends_when_it_is_not_wanted_any_more()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        Assert.ThrowsAny<OperationCanceledException>(() => Shell("sleep 600").Run(Ignored, cancel.Token));
    }

    [Fact]
    public void A_reader_that_fails_ends_it() =>
        Assert.Throws<OperationRefused>(() => Shell("yes").Run(_ => throw new OperationRefused("enough"), CancellationToken.None));

    [Fact]
    public void A_daemon_that_it_leaves_behind_is_not_waited_for()
    {
        var end = Shell("sleep 20 >/dev/null & echo done").Run(Ignored, CancellationToken.None);
        Assert.True(end.Good);
    }

    [Fact]
    public void Its_environment_is_changed_as_asked()
    {
        using var output = new MemoryStream();
        (Shell("echo $LC_ALL-$HOME") with { Env = new Dictionary<string, string?> { ["LC_ALL"] = "C", ["HOME"] = null } }).Run(stream => stream.CopyTo(output), CancellationToken.None);
        Assert.Equal("C-\n", Encoding.ASCII.GetString(output.ToArray()));
    }

    [Fact]
    public void A_program_that_is_not_there_is_said()
    {
        var missing = new Tool("no-such-program-here", []) { Folder = "/", Within = Patient };
        Assert.Equal("no-such-program-here cannot be run: it is not installed", Assert.Throws<ToolMissing>(() => missing.Run(Ignored, CancellationToken.None)).Message);
    }

    static Tool Shell(string script) => new("/bin/sh", ["-c", script]) { Folder = "/", Within = Patient };

    static void Ignored(Stream output) => output.CopyTo(Stream.Null);
}
