using Understudy.Decisions.Releases;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>
/// An app's sources on the agent's side: each content once, under its own hash, as `ab/abcd...`; and the manifests of the checkouts that were deployed.
/// What power takes from it is found by hash and uploaded anew, so nothing waits for the disk. One object at a time uses a folder.
/// </summary>
internal sealed class SourceStore
{
    const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    readonly string _folder;
    readonly string _manifests;
    readonly string _arriving;

    /// <summary>Makes the folder, private, and removes what a killed agent left half received.</summary>
    /// <exception cref="OperationRefused">It cannot be made.</exception>
    public SourceStore(string folder)
    {
        _folder = folder;
        _manifests = Path.Combine(folder, "manifests");
        _arriving = Path.Combine(folder, "arriving");
        Doing(() =>
        {
            Files.MakePrivateFolder(folder);
            File.SetUnixFileMode(folder, Private);
            if (Directory.Exists(_arriving))
                Directory.Delete(_arriving, recursive: true);
            Directory.CreateDirectory(_arriving, Private);
            Directory.CreateDirectory(_manifests, Private);
            foreach (var half in Directory.EnumerateFiles(_manifests, "*.new"))
                File.Delete(half);
        });
    }

    /// <summary>The sha256s that the store lacks, each once. A content that has not its size counts as lacking.</summary>
    public IReadOnlyList<string> Missing(SourceManifest manifest) =>
        [.. manifest.Files.DistinctBy(file => file.Sha256).Where(file => FileStatus.Of(PathOf(file.Sha256)) is not { Kind: FileKind.File } there || there.Size != file.Size).Select(file => file.Sha256)];

    /// <summary>Takes the frames of a <see cref="SourceUpload"/>. Whatever fails, the contents that came whole are kept, and of the others nothing.</summary>
    /// <param name="limit">In bytes, of the contents together.</param>
    /// <exception cref="OperationRefused">The upload was cut off, altered or too large, or the disk is full.</exception>
    public Task<SourceReceipt> Receive(Stream body, long limit, CancellationToken cancellation) =>
        new SourceArrival(_arriving, PathOf, limit).Receive(body, cancellation);

    /// <summary>Builds the tree of a manifest in a folder that does not exist yet; when that fails, it still does not.</summary>
    /// <param name="owner">Gets the tree; null: it stays this process's own.</param>
    /// <exception cref="OperationRefused">A content is missing or was altered on disk, the manifest is wrong, or the disk is full.</exception>
    /// <param name="whileClosed">Called with the tree's place when it is whole, and nobody else can enter it yet.</param>
    public void Materialise(SourceManifest manifest, string folder, User? owner, Action<string>? whileClosed = null)
    {
        if (SourceRules.Check(manifest) is [var wrong, ..])
            throw new OperationRefused(wrong, RefusalKind.Invalid);
        Doing(() => new SourceTree(manifest, PathOf).Build(folder, owner, whileClosed));
    }

    /// <summary>Keeps a manifest under its hash.</summary>
    public void Keep(SourceManifest manifest) => Doing(() => Files.Replace(ManifestPath(manifest.Hash), manifest.ToJson()));

    /// <summary>The manifest with this hash; null where none was kept, or it was altered on disk.</summary>
    public SourceManifest? Find(string hash)
    {
        if (!SourceRules.IsHash(hash) || !File.Exists(ManifestPath(hash)))
            return null;
        return SourceManifest.Parse(File.ReadAllBytes(ManifestPath(hash))).Manifest is { } manifest && manifest.Hash == hash ? manifest : null;
    }

    /// <summary>Removes the contents and manifests that none of these needs, and no manifest that was kept since: its upload may still go on.</summary>
    /// <returns>Bytes of contents that were removed.</returns>
    public long Prune(IEnumerable<SourceManifest> keep, DateTimeOffset since)
    {
        List<SourceManifest> kept =
        [
            .. keep,
            .. new DirectoryInfo(_manifests).EnumerateFiles("*.json").Where(file => file.LastWriteTimeUtc >= since.UtcDateTime).Select(file => Find(Path.GetFileNameWithoutExtension(file.Name))).OfType<SourceManifest>(),
        ];
        var contents = kept.SelectMany(manifest => manifest.Files).Select(file => file.Sha256).ToHashSet(StringComparer.Ordinal);
        var manifests = kept.Select(manifest => manifest.Hash).ToHashSet(StringComparer.Ordinal);
        var freed = 0L;
        Doing(() =>
        {
            foreach (var file in new DirectoryInfo(_folder).EnumerateDirectories("??").SelectMany(inner => inner.EnumerateFiles()).Where(file => !contents.Contains(file.Name)).ToList())
            {
                freed += file.Length;
                file.Delete();
            }
            foreach (var path in Directory.EnumerateFiles(_manifests, "*.json").Where(path => !manifests.Contains(Path.GetFileNameWithoutExtension(path))).ToList())
                File.Delete(path);
        });
        return freed;
    }

    string ManifestPath(string hash) => Path.Combine(_manifests, hash + ".json");

    string PathOf(string sha256) => SourceRules.IsHash(sha256)
        ? Path.Combine(_folder, sha256[..2], sha256)
        : throw new OperationRefused($"{SourceNames.Quoted(sha256)} is no sha256 of 64 lower-case hex digits; make the list of files anew", RefusalKind.Invalid);

    void Doing(Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            throw SourceDisk.Failed(_folder, failure);
        }
    }
}

/// <summary>What an upload brought.</summary>
internal readonly record struct SourceReceipt(int Files, long Bytes);
