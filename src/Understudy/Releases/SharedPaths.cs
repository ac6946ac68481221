using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>Links what all releases share from shared/ into a release that was just unpacked.</summary>
static class SharedPaths
{
    /// <summary>What the first release brings along becomes the shared one; later releases' own is replaced by the link.</summary>
    /// <exception cref="OperationRefused">A path leads out of the release by a link.</exception>
    public static void Link(string shared, string release, IReadOnlyList<string> paths, User? user)
    {
        foreach (var path in paths)
        {
            var inRelease = Path.Combine(release, path);
            var inShared = Path.Combine(shared, path);
            Enter(release, path, user);
            EnterShared(shared, path, user);
            if (!Path.Exists(inShared) && new FileInfo(inShared).LinkTarget is null)
                Begin(inRelease, inShared, user);
            Remove(inRelease);
            File.CreateSymbolicLink(inRelease, inShared);
        }
    }

    /// <summary>Makes the folders above a path, and follows no link on the way: a build may have left one that leads anywhere.</summary>
    static void Enter(string root, string path, User? user)
    {
        var folder = root;
        foreach (var part in path.Split('/')[..^1])
        {
            folder = Path.Combine(folder, part);
            if (new DirectoryInfo(folder).LinkTarget is not null || File.Exists(folder))
                throw new OperationRefused($"`shared:` names {path}, and {folder} is not a folder of its own: correct `shared:` in understudy.yaml", RefusalKind.Invalid);
            if (Directory.Exists(folder))
                continue;
            Directory.CreateDirectory(folder);
            Give(folder, user);
        }
    }

    /// <summary>
    /// The folders above stay the agent's, so that the app cannot put a link in their place while the agent works there. Only the one that holds a file is
    /// the app's: a database makes files beside itself.
    /// </summary>
    static void EnterShared(string shared, string path, User? user)
    {
        Enter(shared, path, null);
        if (path.Contains('/', StringComparison.Ordinal) && Path.HasExtension(path))
            Give(Path.GetDirectoryName(Path.Combine(shared, path))!, user);
    }

    static void Begin(string inRelease, string inShared, User? user)
    {
        if (new FileInfo(inRelease).LinkTarget is null && Directory.Exists(inRelease))
        {
            Directory.Move(inRelease, inShared);
        }
        else if (new FileInfo(inRelease).LinkTarget is null && File.Exists(inRelease))
        {
            File.Move(inRelease, inShared);
        }
        // A name with an extension is a file's, such as db/production.sqlite3: the app makes it.
        else if (!Path.HasExtension(inShared))
        {
            Directory.CreateDirectory(inShared);
            Give(inShared, user);
        }
    }

    static void Remove(string path)
    {
        if (new FileInfo(path).LinkTarget is null && Directory.Exists(path))
            Files.RemoveTree(path);
        else
            File.Delete(path);
    }

    static void Give(string path, User? user)
    {
        if (user is not null)
            Users.GiveItself(path, user);
    }
}
