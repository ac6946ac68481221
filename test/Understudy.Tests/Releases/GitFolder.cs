using System.Diagnostics;
using Understudy.Releases;

namespace Understudy.Tests.Releases;

/// <summary>A real repository in a temporary folder, with nobody's global configuration.</summary>
sealed class GitFolder : IDisposable
{
    readonly TemporaryFolder _root = new();

    public GitFolder(bool repository = true)
    {
        Directory.CreateDirectory(Path);
        if (repository)
            Git("init", "--quiet", "--initial-branch=main");
    }

    public string Path => _root["app"];

    public string Elsewhere => _root.Path;

    public static GitFolder WithApp()
    {
        var folder = new GitFolder();
        folder.Write("Procfile", "web: run\n");
        folder.Write("lib/code.rb", "puts 1\n");
        folder.Commit("first");
        return folder;
    }

    public void Write(string path, string content)
    {
        var full = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }

    public void Link(string path, string target) => File.CreateSymbolicLink(System.IO.Path.Combine(Path, path), target);

    public string Commit(string message)
    {
        Git("add", "--all");
        Git("commit", "--quiet", "--allow-empty", "-m", message);
        return Git("rev-parse", "HEAD");
    }

    public string Git(params string[] arguments) => Run("git", ["-c", "user.name=Tess", "-c", "user.email=tess@example.com", "-c", "commit.gpgsign=false", "-c", "protocol.file.allow=always", .. arguments]);

    public string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Path, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_SYSTEM"] = "/dev/null";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.Result}");
    }

    public SourceCheckout Checkout(string? reference = null, bool dirty = false, string beneath = "") =>
        SourceCheckout.Make(System.IO.Path.Combine(Path, beneath), reference, dirty, _ => { }, CancellationToken.None);

    public string Refusal(string? reference = null, bool dirty = false, string beneath = "") =>
        Assert.Throws<OperationRefused>(() => Checkout(reference, dirty, beneath).Dispose()).Message;

    // By rm: .NET cannot name a file whose name is no UTF-8, and so cannot remove it.
    public void Dispose()
    {
        Run("rm", "-rf", "--", Path);
        _root.Dispose();
    }
}
