using Understudy.Cli;
using Understudy.Tests.Api;

namespace Understudy.Tests.Cli;

public class CompletionTests
{
    /// <summary>bash is part of every Debian; the others are checked where they are.</summary>
    public static TheoryData<string, string> Shells() =>
        [.. ((string[])["bash", "zsh", "fish"]).Select(shell => (shell, Path: "/usr/bin/" + shell)).Where(one => one.shell == "bash" || File.Exists(one.Path)).Select(one => new TheoryDataRow<string, string>(one.shell, one.Path))];

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_script_is_one_that_its_shell_can_read(string shell, string path)
    {
        var script = Path.GetTempFileName();
        try
        {
            File.WriteAllText(script, (await Ran.Verb("completion", shell)).Out);
            using var checking = System.Diagnostics.Process.Start(path, ["-n", script]);
            await checking.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.Equal(0, checking.ExitCode);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Fact]
    public async Task Bash_offers_what_fits_the_word_at_hand()
    {
        var folder = Directory.CreateTempSubdirectory("us-completion-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "completion"), (await Ran.Verb("completion", "bash")).Out);
            var fake = Path.Combine(folder, "understudy");
            File.WriteAllText(fake, "#!/bin/sh\nprintf '%s\\t%s\\n' web= 'a pool'; echo \"$@\" >&2\n");
            File.SetUnixFileMode(fake, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var start = new System.Diagnostics.ProcessStartInfo("/bin/bash", ["-c", $"compopt() {{ echo \"$@\"; }}; source completion; COMP_WORDS=(understudy scale w); COMP_CWORD=2; _understudy '{fake}'; echo \"${{COMPREPLY[@]}}\""])
            { WorkingDirectory = folder, RedirectStandardOutput = true };
            using var bash = System.Diagnostics.Process.Start(start)!;
            Assert.Equal("-o nospace\nweb=\n", await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("st", "status")]
    [InlineData("completion |", "bash fish zsh")]
    [InlineData("restart |--no", "--no-wait")]
    [InlineData("restart |", "jobs proxy web")]
    [InlineData("restart |w", "web")]
    [InlineData("scale |", "jobs= web=")]
    [InlineData("status --app |", "shop")]
    [InlineData("run -- |", "")]
    [InlineData("nothing |", "")]
    public async Task Candidates_come_from_the_verbs_and_from_the_running_agent(string line, string candidates)
    {
        await using var host = await ApiHost.Start();
        var parts = line.Split('|');
        string[] before = [.. parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        string[] words = parts.Length == 1 ? before : before is ["run", ..] or ["nothing", ..] or ["completion", ..] ? [.. before, parts[1]] : [before[0], "--root", host.Folder, .. before[1..], parts[1]];
        var found = CompleteVerb.Candidates(new Screen(TextWriter.Null, TextWriter.Null, false, false, 80), words).Select(candidate => candidate.Name);
        Assert.Equal(candidates, string.Join(' ', found.Order(StringComparer.Ordinal)));
    }
}
