using Understudy.Decisions.Releases;

namespace Understudy.Releases;

/// <summary>A checkout of a folder of this machine, in a repository or in none.</summary>
sealed class SourceFolder(string folder, Action<string> progress, CancellationToken cancellation)
{
    const int MostListed = 5;
    const string SubmoduleMode = "160000";
    readonly SourceGit _git = new(folder, cancellation);

    public SourceCheckout Make(string? reference, bool allowDirty)
    {
        switch (Repository())
        {
            case Surroundings.None when reference is not null:
                throw new OperationRefused($"{folder} is in no git repository, so there is no {SourceNames.Quoted(reference)} in it; leave --ref out, or name a folder that is", RefusalKind.Invalid);
            case Surroundings.None:
                return Read(new SourceUntracked(folder, _git).Paths(), executable: null, dirty: false);
            case Surroundings.Bare:
                return SourceClone.Make(folder, reference, progress, cancellation);
            case Surroundings.GitFolder:
                throw new OperationRefused($"{folder} is the inside of a .git folder; name the folder that holds it", RefusalKind.Invalid);
            default:
                return reference is null ? AsItIs(allowDirty) : OfCommit(reference);
        }
    }

    SourceCheckout AsItIs(bool allowDirty)
    {
        var changes = Changes();
        if (changes.Count > 0 && !allowDirty)
            throw new OperationRefused($"{folder} has changes that are in no commit: {Listed(changes)}; commit them, or deploy them as they are with --dirty");
        var modes = Tracked();
        if (changes.Count == 0)
            return Read([.. modes.Keys], path => modes[path] == "100755", dirty: false);
        var deleted = _git.Records("ls-files", "-d", "-z").ToHashSet(StringComparer.Ordinal);
        return Read([.. _git.Records("ls-files", "-co", "--exclude-standard", "-z").Where(path => !deleted.Contains(path)).Distinct(StringComparer.Ordinal)], executable: null, dirty: true);
    }

    SourceCheckout Read(IReadOnlyList<string> found, Func<string, bool>? executable, bool dirty)
    {
        var paths = found.Where(IsOurs).ToList();
        if (paths.FirstOrDefault(path => path.EndsWith('/')) is { } nested)
            throw SourceContent.NestedRepository(nested);
        if (!paths.Exists(IsDescription) && (File.Exists(Path.Combine(folder, "understudy.yaml")) || File.Exists(Path.Combine(folder, "Procfile"))))
            throw new OperationRefused($"git ignores the understudy.yaml or Procfile of {folder}; take it out of .gitignore, or deploy a folder outside that repository");
        SourceCheckout.Refuse(SourceRules.CheckPaths(paths));
        progress(FormattableString.Invariant($"reading {paths.Count:N0} files"));
        var manifest = SourceContent.Read(folder, paths, executable, cancellation);
        SourceCheckout.Refuse(SourceRules.Check(manifest));
        return new SourceCheckout { Folder = folder, Manifest = manifest, Commit = Head(), Ref = Branch(), Dirty = dirty };
    }

    SourceCheckout OfCommit(string reference)
    {
        var commit = _git.TryLine("rev-parse", "--verify", "--quiet", "--end-of-options", reference + "^{commit}") ?? throw Missing(reference);
        var prefix = _git.Line("rev-parse", "--show-prefix").TrimEnd('/');
        return SourceCheckout.InTemporary(temporary => new SourceCheckout
        {
            Folder = temporary,
            Manifest = new SourceCommit(_git, commit, reference, progress).Extract(prefix, temporary, cancellation),
            Commit = commit,
            Ref = reference,
        });
    }

    OperationRefused Missing(string reference)
    {
        var known = _git.Line("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return SourceRefs.Missing(reference, folder, known);
    }

    /// <summary>Tracked files of this folder, relative to it, with their modes; refuses submodules.</summary>
    Dictionary<string, string> Tracked()
    {
        var modes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var record in _git.Records("ls-files", "-s", "-z"))
        {
            var path = record[(record.IndexOf('\t') + 1)..];
            if (record.StartsWith(SubmoduleMode, StringComparison.Ordinal))
                throw SourceContent.Submodule(path);
            modes[path] = record[..record.IndexOf(' ')];
        }
        return modes;
    }

    /// <summary>Changed, added, deleted and untracked paths of this folder, relative to it.</summary>
    List<string> Changes()
    {
        var prefix = SourceNames.FromBytes(System.Text.Encoding.UTF8.GetBytes(_git.Line("rev-parse", "--show-prefix")));
        return
        [
            .. _git.Records("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=normal", "--ignore-submodules=none", "--", ".")
                .Select(record => record[3..]).Select(path => path.StartsWith(prefix, StringComparison.Ordinal) ? path[prefix.Length..] : path).Where(IsOurs),
        ];
    }

    static string Listed(List<string> changes) =>
        string.Join(", ", changes.Take(MostListed).Select(SourceNames.Shown)) + (changes.Count > MostListed ? FormattableString.Invariant($" and {changes.Count - MostListed} more") : "");

    string? Head() => Repository() == Surroundings.None ? null : _git.TryLine("rev-parse", "--verify", "--quiet", "HEAD^{commit}");

    string? Branch() => Repository() == Surroundings.None
        ? null
        : _git.TryLine("symbolic-ref", "--quiet", "--short", "HEAD") ?? _git.TryLine("describe", "--tags", "--exact-match", "HEAD");

    /// <summary>The state of an agent that runs in this very folder, and git's own, are never part of a release.</summary>
    static bool IsOurs(string path) => !path.Split('/').Any(part => part is ".understudy" or ".git");

    static bool IsDescription(string path) => path is "understudy.yaml" or "Procfile";

    Surroundings? _surroundings;

    Surroundings Repository() => _surroundings ??= Look();

    Surroundings Look()
    {
        using var output = new MemoryStream();
        Linux.ToolEnd end;
        try
        {
            end = _git.Run(["rev-parse", "--is-bare-repository", "--is-inside-work-tree"], stream => stream.CopyTo(output));
        }
        catch (GitMissing) when (SourceUntracked.NeedsNoGit(folder))
        {
            return Surroundings.None;
        }
        if (end.Good)
            return System.Text.Encoding.ASCII.GetString(output.ToArray()).Split('\n') switch
            {
                ["true", ..] => Surroundings.Bare,
                [_, "true", ..] => Surroundings.WorkTree,
                _ => Surroundings.GitFolder,
            };
        if (end.Errors.Contains("not a git repository", StringComparison.Ordinal) && !Path.Exists(Path.Combine(folder, ".git")))
            return Surroundings.None;
        throw new OperationRefused($"the repository of {folder} cannot be read; {SourceGit.Reason(end)}");
    }

    enum Surroundings
    {
        None,
        WorkTree,
        Bare,
        GitFolder,
    }
}
