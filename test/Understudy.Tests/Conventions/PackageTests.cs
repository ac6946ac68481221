using System.Diagnostics;
using System.Text.RegularExpressions;
using Understudy.Config;
using Understudy.Decisions.Config;

namespace Understudy.Tests.Conventions;

/// <summary>What the Debian package brings besides the binary.</summary>
public sealed partial class PackageTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("understudy-package-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_example_of_agent_yaml_is_right_in_every_line()
    {
        var path = Path.Combine(folder, "agent.yaml");
        File.WriteAllText(path, CommentedKey().Replace(Repository.Read("packaging/agent.yaml"), "$1"));
        var read = HostConfigLoader.Load(path);
        Assert.Empty(read.Errors);
        Assert.Equal(["/srv/shop", "/srv/wiki"], read.Value!.Apps.Select(app => app.Path));
    }

    [Fact]
    public void The_example_of_agent_yaml_shows_every_key()
    {
        var shown = Repository.Read("packaging/agent.yaml");
        Assert.All(HostKeys.Table.Keys, key => Assert.Contains($"\n#{key.Name}:", shown, StringComparison.Ordinal));
    }

    [Fact]
    public void As_installed_agent_yaml_says_nothing()
    {
        var read = HostConfigLoader.Load(Path.Combine(Repository.Root, "packaging/agent.yaml"));
        Assert.Empty(read.Errors);
        Assert.Empty(read.Value!.Apps);
    }

    [Theory]
    [InlineData("postinst")]
    [InlineData("prerm")]
    [InlineData("postrm")]
    public void Maintainer_scripts_are_shell(string script) => Run("sh", "-n", Path.Combine(Repository.Root, "packaging/debian", script));

    [Fact]
    public void Stopping_the_agents_unit_leaves_the_others_alone()
    {
        var agent = Repository.Read("packaging/understudy.service");
        Assert.Contains("\nKillMode=process\n", agent, StringComparison.Ordinal);
        Assert.Contains("\nRuntimeDirectoryPreserve=yes\n", agent, StringComparison.Ordinal);
        Assert.DoesNotContain("Delegate", agent, StringComparison.Ordinal);
        var workers = Repository.Read("packaging/understudy-workers.service");
        Assert.Contains("\nDelegate=yes\n", workers, StringComparison.Ordinal);
        Assert.Contains("\nKillMode=control-group\n", workers, StringComparison.Ordinal);
        Assert.DoesNotContain("understudy.service\n", Dependencies().Replace(workers, ""), StringComparison.Ordinal);
    }

    [Fact]
    public void Systemd_accepts_the_units()
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
            Assert.Skip("systemd-analyze is not installed");
        foreach (var unit in (string[])["understudy.service", "understudy-workers.service"])
            File.WriteAllText(Path.Combine(folder, unit), Repository.Read("packaging/" + unit).Replace("=/usr/bin/understudy", "=/bin/true", StringComparison.Ordinal).Replace("=/usr/lib/understudy/hold", "=/bin/true", StringComparison.Ordinal));
        Run("systemd-analyze", "verify", "--man=no", Path.Combine(folder, "understudy.service"), Path.Combine(folder, "understudy-workers.service"));
    }

    /// <summary>Ends well and has nothing to say.</summary>
    static void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)), $"{program} did not end within 30 s");
        Assert.True(process.ExitCode == 0 && said.Length == 0, $"{program} ended with {process.ExitCode}: {said}");
    }

    [GeneratedRegex(@"^#((?:\w+:|  - ).*)$", RegexOptions.Multiline)]
    private static partial Regex CommentedKey();

    [GeneratedRegex(@"^(?:Description|Documentation|#).*$", RegexOptions.Multiline)]
    private static partial Regex Dependencies();
}
