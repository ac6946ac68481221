using System.Text;
using Understudy.Decisions.Releases;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>The git of this machine, run in one folder. It never asks anybody anything, and runs no program that an address names.</summary>
sealed class SourceGit(string folder, CancellationToken cancellation)
{
    /// <summary>For what only looks at files at hand.</summary>
    static readonly TimeSpan AtHand = TimeSpan.FromMinutes(3);

    /// <summary>For what comes from another machine.</summary>
    static readonly TimeSpan FromAfar = TimeSpan.FromMinutes(15);

    const int LargestOutput = 256 * 1024 * 1024;
    const int LinesShown = 5;

    // A hook or another git may have set these, and they would lead to its repository instead of this one.
    static readonly string[] Foreign =
    [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_PREFIX",
        "GIT_NAMESPACE", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
    ];

    static readonly Dictionary<string, string?> Environment = new(Foreign.Select(name => KeyValuePair.Create(name, (string?)null)))
    {
        ["GIT_TERMINAL_PROMPT"] = "0",
        ["GIT_ALLOW_PROTOCOL"] = "http:https:ssh:git:file",
        ["GIT_OPTIONAL_LOCKS"] = "0",
        ["LC_ALL"] = "C",
    };

    // Nothing in the background, and no program that a repository's configuration names for speed.
    static readonly string[] Settings = ["-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "core.fsmonitor=false", "-c", "submodule.recurse=false"];

    /// <exception cref="OperationRefused">git failed; with its last lines.</exception>
    public string Line(params string[] arguments)
    {
        var output = Encoding.UTF8.GetString(Bytes(arguments));
        return output.EndsWith('\n') ? output[..^1] : output;
    }

    /// <summary>Null where git says no.</summary>
    public string? TryLine(params string[] arguments)
    {
        using var output = new MemoryStream();
        return Run(arguments, stream => stream.CopyTo(output)) is { Good: true } ? Encoding.UTF8.GetString(output.ToArray()).TrimEnd('\n') : null;
    }

    /// <summary>What git lists with -z: records that a NUL ends, bytes that are no UTF-8 as lone surrogates.</summary>
    public List<string> Records(params string[] arguments)
    {
        var records = new List<string>();
        ReadOnlySpan<byte> rest = Bytes(arguments);
        for (int end; (end = rest.IndexOf((byte)0)) >= 0; rest = rest[(end + 1)..])
            records.Add(SourceNames.FromBytes(rest[..end]));
        return records;
    }

    public ToolEnd Run(IReadOnlyList<string> arguments, Action<Stream> read, Action<Stream>? write = null, bool fromAfar = false)
    {
        var tool = new Tool("git", [.. Settings, .. arguments]) { Folder = folder, Within = fromAfar ? FromAfar : AtHand, Env = Environment };
        try
        {
            return tool.Run(read, cancellation, write);
        }
        catch (ToolMissing missing)
        {
            throw new GitMissing(missing.Message);
        }
    }

    /// <summary>git's last lines on why, made harmless and short.</summary>
    public static string Reason(ToolEnd end)
    {
        if (end.TimedOut)
            return "git did not end within its deadline and was stopped";
        var lines = end.Errors.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.StartsWith("hint:", StringComparison.Ordinal)).Select(SourceNames.Shown).ToList();
        return lines.Count == 0 ? FormattableString.Invariant($"git ended with exit code {end.ExitCode}") : "git says: " + string.Join("\n  ", lines.TakeLast(LinesShown));
    }

    byte[] Bytes(string[] arguments)
    {
        using var output = new MemoryStream();
        var end = Run(arguments, stream => Collect(stream, output));
        return end.Good ? output.ToArray() : throw new OperationRefused($"git {arguments[0]} failed in {folder}; {Reason(end)}");
    }

    static void Collect(Stream from, MemoryStream to)
    {
        var buffer = new byte[65_536];
        for (int read; (read = from.Read(buffer)) > 0; to.Write(buffer, 0, read))
            if (to.Length > LargestOutput)
                throw new OperationRefused("git lists more files than can be deployed: let .gitignore leave out what `build:` can make");
    }
}

/// <summary>There is no git on this machine.</summary>
sealed class GitMissing(string message) : Exception(message);
