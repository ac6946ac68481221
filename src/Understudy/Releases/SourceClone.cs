using System.Text.RegularExpressions;
using Understudy.Decisions.Releases;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>A checkout of an address that git clones: one commit only, into a private temporary folder.</summary>
static partial class SourceClone
{
    public static SourceCheckout Make(string address, string? reference, Action<string> progress, CancellationToken cancellation) => SourceCheckout.InTemporary(temporary =>
    {
        var shown = Shown(address);
        var repository = Directory.CreateDirectory(Path.Combine(temporary, "git")).FullName;
        var git = new SourceGit(repository, cancellation);
        progress(reference is null ? $"cloning {shown}" : $"cloning {SourceNames.Shown(reference)} of {shown}");
        var byHash = reference is not null && FullHash().IsMatch(reference);
        var end = byHash ? Fetch(git, address, reference!) : Clone(git, address, reference);
        if (!end.Good)
            throw Failed(git, end, address, shown, reference);
        var commit = git.TryLine("rev-parse", "--verify", "--quiet", byHash ? "FETCH_HEAD^{commit}" : "HEAD^{commit}")
            ?? throw new OperationRefused($"{shown} has no commit that could be deployed; push one first");
        var name = reference ?? git.TryLine("symbolic-ref", "--quiet", "--short", "HEAD");
        var files = Directory.CreateDirectory(Path.Combine(temporary, "files")).FullName;
        var manifest = new SourceCommit(git, commit, name ?? "HEAD", progress).Extract("", files, cancellation);
        return new SourceCheckout { Folder = files, Manifest = manifest, Commit = commit, Ref = name };
    });

    static ToolEnd Clone(SourceGit git, string address, string? reference)
    {
        string[] branch = reference is null ? [] : ["--branch=" + reference];
        return Quietly(git, ["clone", "--quiet", "--bare", "--no-local", "--depth=1", "--single-branch", "--no-tags", .. branch, "--", address, "."]);
    }

    // A clone takes no hash; a fetch does, where the server lets it.
    static ToolEnd Fetch(SourceGit git, string address, string commit)
    {
        git.Line("init", "--quiet", "--bare");
        return Quietly(git, ["fetch", "--quiet", "--depth=1", "--no-tags", "--", address, commit]);
    }

    static ToolEnd Quietly(SourceGit git, string[] arguments) => git.Run(arguments, output => output.CopyTo(Stream.Null), fromAfar: true);

    static OperationRefused Failed(SourceGit git, ToolEnd end, string address, string shown, string? reference)
    {
        if (reference is not null && !end.TimedOut && IsAboutRef(end.Errors) && Known(git, address) is { } known)
            return SourceRefs.Missing(reference, shown, known);
        var hint = end.Errors.Contains("terminal prompts disabled", StringComparison.Ordinal)
            ? "; it wants a name and a password, and nobody is asked: set up a credential helper, or use an ssh address with a key"
            : "; check the address, and that `git clone` of it works here";
        return new OperationRefused($"{shown} cannot be cloned; {SourceGit.Reason(end).Replace(address, shown, StringComparison.Ordinal)}{hint}");
    }

    static bool IsAboutRef(string errors) =>
        errors.Contains("Remote branch", StringComparison.Ordinal) || errors.Contains("not our ref", StringComparison.Ordinal)
        || errors.Contains("find remote ref", StringComparison.Ordinal) || errors.Contains("unadvertised object", StringComparison.Ordinal);

    static List<string>? Known(SourceGit git, string address)
    {
        using var output = new MemoryStream();
        if (!git.Run(["ls-remote", "--quiet", "--heads", "--tags", "--refs", "--", address], stream => stream.CopyTo(output), fromAfar: true).Good)
            return null;
        var lines = System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => line[(line.IndexOf('\t') + 1)..]).Select(name => name[(name.IndexOf('/', "refs/".Length) + 1)..])];
    }

    // Addresses often hold a token.
    static string Shown(string address) => SourceNames.Shown(Credentials().Replace(address, "$1***@"));

    [GeneratedRegex("^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]
    private static partial Regex FullHash();

    [GeneratedRegex("^([A-Za-z][A-Za-z0-9+.-]*://)[^/@]*:[^/@]*@")]
    private static partial Regex Credentials();
}
