using System.Security.Cryptography;
using Understudy.Decisions.Releases;

namespace Understudy.Releases;

/// <summary>The contents that an agent lacks, on their way out of a checkout.</summary>
internal sealed class SourceUpload
{
    readonly string _folder;
    readonly IReadOnlyList<SourceFile> _files;

    /// <param name="missing">The sha256s that the agent asked for.</param>
    /// <exception cref="OperationRefused">One is not in the checkout.</exception>
    public SourceUpload(SourceCheckout checkout, IReadOnlyCollection<string> missing)
    {
        _folder = checkout.Folder;
        var byHash = checkout.Manifest.Files.DistinctBy(file => file.Sha256).ToDictionary(file => file.Sha256, StringComparer.Ordinal);
        _files =
        [
            .. missing.Distinct(StringComparer.Ordinal).Select(sha256 => byHash.GetValueOrDefault(sha256)
                ?? throw new OperationRefused($"the agent asks for a file {SourceNames.Quoted(sha256)} that is not in this checkout; deploy again, with the same version here and there")),
        ];
        Length = _files.Sum(file => SourceFrames.HeadBytes + file.Size);
    }

    /// <summary>Bytes that <see cref="Write"/> writes, heads included.</summary>
    public long Length { get; }

    public int Files => _files.Count;

    /// <param name="write">Takes the next bytes.</param>
    /// <param name="progress">Told how many bytes are written so far, after each file and each part of a large one.</param>
    /// <exception cref="OperationRefused">A file changed since the manifest was made.</exception>
    public void Write(Action<ReadOnlySpan<byte>> write, Action<long>? progress, CancellationToken cancellation)
    {
        var buffer = new byte[131_072];
        var done = 0L;
        foreach (var file in _files)
        {
            using var content = Open(file);
            write(SourceFrames.Head(file.Sha256, file.Size));
            done += SourceFrames.HeadBytes;
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var left = file.Size; left > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                var read = content.Read(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
                if (read == 0)
                    throw Changed(file);
                hash.AppendData(buffer, 0, read);
                // The last part is held back until the hash is known to be right: the agent never gets a whole wrong file.
                if (left == read && Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Sha256)
                    throw Changed(file);
                write(buffer.AsSpan(0, read));
                left -= read;
                progress?.Invoke(done += read);
            }
        }
        progress?.Invoke(done);
    }

    FileStream Open(SourceFile file)
    {
        try
        {
            var path = Path.Combine(_folder, file.Path);
            if (Linux.FileStatus.Of(path) is not { Kind: Linux.FileKind.File } status || status.Size != file.Size)
                throw Changed(file);
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            throw Changed(file);
        }
    }

    static OperationRefused Changed(SourceFile file) =>
        new($"the file {SourceNames.Quoted(file.Path)} changed while it was deployed; nothing was deployed: let nothing write to the folder, and deploy again");
}
