using System.Globalization;
using System.Security.Cryptography;
using Understudy.Decisions.Releases;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>
/// Builds a checkout's tree from its contents. It grows under another name, closed to everybody else, and gets its own name when it is whole: folders and
/// files first, links when nothing is written any more that could go through one.
/// </summary>
sealed class SourceTree(SourceManifest manifest, Func<string, string> contentOf)
{
    /// <summary>The end of a folder's name while it is built.</summary>
    public const string Unfinished = ".growing";

    const UnixFileMode Closed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode Open = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    readonly byte[] _buffer = new byte[131_072];
    readonly List<string> _damaged = [];

    /// <param name="whileClosed">Called with the tree's place when it is whole, and nobody else can enter it yet.</param>
    public void Build(string folder, User? owner, Action<string>? whileClosed)
    {
        if (Path.Exists(folder))
            throw new OperationRefused($"{folder} exists already; remove it, or build the tree elsewhere");
        var growing = folder + Unfinished;
        if (Directory.Exists(growing))
            Directory.Delete(growing, recursive: true);
        try
        {
            Directory.CreateDirectory(growing, Closed);
            Fill(growing, owner, whileClosed);
            Directory.Move(growing, folder);
        }
        catch
        {
            if (Directory.Exists(growing))
                Directory.Delete(growing, recursive: true);
            throw;
        }
    }

    void Fill(string root, User? owner, Action<string>? whileClosed)
    {
        var folders = Folders().Select(path => Path.Combine(root, path)).ToList();
        foreach (var path in folders)
            Directory.CreateDirectory(path);
        foreach (var file in manifest.Files)
            Copy(file, Path.Combine(root, file.Path));
        if (_damaged is [var first, ..])
            throw new OperationRefused(string.Create(CultureInfo.InvariantCulture,
                $"the content of {SourceNames.Quoted(first)}{(_damaged.Count > 1 ? $" and {_damaged.Count - 1:N0} more files" : "")} is missing or was altered on the agent's disk; nothing was deployed: deploy again, it will be uploaded anew"));
        foreach (var link in manifest.Links)
            File.CreateSymbolicLink(Path.Combine(root, link.Path), link.Target);
        foreach (var path in folders)
            File.SetUnixFileMode(path, Open);
        // The root is closed until the end: nobody can put a link where a file is about to be given away.
        if (owner is not null)
            foreach (var path in folders.Concat(manifest.Files.Select(file => Path.Combine(root, file.Path))).Append(root))
                Users.Give(path, owner);
        whileClosed?.Invoke(root);
        File.SetUnixFileMode(root, Open);
    }

    /// <summary>All folders beneath the root, outer ones first.</summary>
    SortedSet<string> Folders()
    {
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in manifest.Files.Select(file => file.Path).Concat(manifest.Links.Select(link => link.Path)))
            for (var slash = path.LastIndexOf('/'); slash > 0 && folders.Add(path[..slash]); slash = path.LastIndexOf('/', slash - 1)) { }
        return folders;
    }

    // Goes on after a damaged content, so that the next deploy brings all of them.
    void Copy(SourceFile file, string to)
    {
        var from = contentOf(file.Sha256);
        if (!File.Exists(from))
        {
            _damaged.Add(file.Path);
            return;
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
        using (var target = new FileStream(to, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            for (int read; (read = source.Read(_buffer)) > 0;)
            {
                hash.AppendData(_buffer, 0, read);
                target.Write(_buffer, 0, read);
            }
            File.SetUnixFileMode(target.SafeFileHandle, file.Executable ? Open : Plain);
        }
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) == file.Sha256)
            return;
        File.Delete(from);
        _damaged.Add(file.Path);
    }
}
