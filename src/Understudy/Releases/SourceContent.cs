using System.Security.Cryptography;
using Understudy.Decisions.Releases;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>Reads the content of a checkout's files for its manifest.</summary>
static class SourceContent
{
    // Only pointers are that short and begin so: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
    const int LongestPointer = 1_024;
    static ReadOnlySpan<byte> PointerStart => "version https://git-lfs.github.com/spec/"u8;

    /// <summary>The manifest of the files at these paths of a folder.</summary>
    /// <param name="executable">Null: as the file system says.</param>
    /// <exception cref="OperationRefused">A file cannot be read, or is none.</exception>
    public static SourceManifest Read(string folder, IEnumerable<string> paths, Func<string, bool>? executable, CancellationToken cancellation)
    {
        var files = new List<SourceFile>();
        var links = new List<SourceLink>();
        var pointers = new List<string>();
        var buffer = new byte[81_920];
        foreach (var path in paths)
        {
            cancellation.ThrowIfCancellationRequested();
            var full = Path.Combine(folder, path);
            switch (FileStatus.Of(full))
            {
                case null:
                    throw new OperationRefused($"the file {SourceNames.Quoted(path)} is not in {folder} any more; deploy again, or deploy the commit itself with `--ref HEAD`");
                case { Kind: FileKind.Link }:
                    links.Add(new SourceLink(path, Target(full)));
                    break;
                case { Kind: FileKind.File } status:
                    var (size, sha256, isPointer) = Hash(full, path, buffer);
                    files.Add(new SourceFile(path, executable?.Invoke(path) ?? status.Executable, size, sha256));
                    if (isPointer)
                        pointers.Add(path);
                    break;
                case { Kind: FileKind.Folder }:
                    throw NestedRepository(path);
                default:
                    throw new OperationRefused($"{SourceNames.Quoted(path)} is a pipe, socket or device, which cannot be deployed; remove it or let .gitignore leave it out");
            }
        }
        RefusePointers(pointers, "run `git lfs pull` in that folder first");
        return new SourceManifest(files, links);
    }

    public static OperationRefused NestedRepository(string path) =>
        new($"{SourceNames.Quoted(path.TrimEnd('/'))} is a git repository of its own, whose files are not part of this one; let .gitignore leave it out, or remove its .git folder and commit its files");

    public static OperationRefused Submodule(string path) =>
        new($"{SourceNames.Quoted(path)} is a git submodule, whose files are not in the checkout; copy them into the repository (`git subtree add`), or remove the submodule and fetch it in `build:`");

    public static bool IsPointer(ReadOnlySpan<byte> content) => content.Length < LongestPointer && content.StartsWith(PointerStart);

    public static void RefusePointers(List<string> paths, string instead)
    {
        if (paths is [var first, ..])
            throw new OperationRefused($"{SourceNames.Quoted(first)}{(paths.Count > 1 ? FormattableString.Invariant($" and {paths.Count - 1} more are") : " is")} only a pointer of Git LFS, not the file itself; {instead}");
    }

    // .NET puts U+FFFD for what is no UTF-8; a lone surrogate is what the rules know.
    static string Target(string link) => (new FileInfo(link).LinkTarget ?? "").Replace('\ufffd', '\udcff');

    static (long Size, string Sha256, bool IsPointer) Hash(string full, string path, byte[] buffer)
    {
        try
        {
            using var file = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var size = 0L;
            var isPointer = false;
            for (int read; (read = file.Read(buffer)) > 0; size += read)
            {
                hash.AppendData(buffer, 0, read);
                isPointer = size == 0 && IsPointer(buffer.AsSpan(0, read));
            }
            return (size, Convert.ToHexStringLower(hash.GetHashAndReset()), isPointer);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new OperationRefused($"the file {SourceNames.Quoted(path)} cannot be read: {refused.Message}; deploy as a user who may read it, or let .gitignore leave it out");
        }
    }
}
