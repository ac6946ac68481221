using Understudy.Decisions.Releases;

namespace Understudy.Releases;

/// <summary>The files of a folder that is in no repository: all but those that its .gitignore files name.</summary>
sealed class SourceUntracked(string folder, SourceGit git)
{
    static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    public IReadOnlyList<string> Paths()
    {
        try
        {
            return ByGit();
        }
        catch (GitMissing) when (NeedsNoGit(folder))
        {
            return [.. Walk(folder).Select(path => Path.GetRelativePath(folder, path))];
        }
    }

    /// <summary>True where git would say nothing else than the file system: no repository around, and nothing to ignore.</summary>
    public static bool NeedsNoGit(string folder)
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
            if (Path.Exists(Path.Combine(at, ".git")))
                return false;
        return !Walk(folder).Any(path => Path.GetFileName(path) is ".gitignore" or ".git" || path.EndsWith("/.git/HEAD", StringComparison.Ordinal));
    }

    // A repository that exists only for this question.
    string[] ByGit()
    {
        var temporary = Directory.CreateTempSubdirectory("understudy-git-").FullName;
        try
        {
            git.Line("--git-dir=" + temporary, "init", "--quiet");
            return [.. git.Records("--git-dir=" + temporary, "--work-tree=" + folder, "ls-files", "-o", "--exclude-standard", "-z")];
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>Files and links beneath a folder; no link is followed.</summary>
    static IEnumerable<string> Walk(string folder)
    {
        var ahead = new Stack<DirectoryInfo>([new DirectoryInfo(folder)]);
        while (ahead.TryPop(out var next))
            foreach (var entry in Entries(next))
                if (entry is DirectoryInfo { LinkTarget: null } inner)
                    ahead.Push(inner);
                else
                    yield return entry.FullName;
    }

    static FileSystemInfo[] Entries(DirectoryInfo folder)
    {
        try
        {
            return folder.GetFileSystemInfos("*", Everything);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new OperationRefused($"the folder {SourceNames.Quoted(folder.FullName)} cannot be read: {refused.Message}; deploy as a user who may read it");
        }
    }
}
