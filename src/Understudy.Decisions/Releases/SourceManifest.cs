using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Understudy.Decisions.Releases;

/// <summary>A file of a checkout.</summary>
/// <param name="Path">Relative to the checkout's root, with '/'.</param>
/// <param name="Sha256">Of the content: 64 lower-case hex digits.</param>
public sealed record SourceFile(string Path, bool Executable, long Size, string Sha256);

/// <summary>A symbolic link of a checkout.</summary>
/// <param name="Target">As the link says it: relative to the link's own folder.</param>
public sealed record SourceLink(string Path, string Target);

/// <summary>What a checkout consists of. Nothing in it is to be trusted before <see cref="SourceRules.Check"/> has found nothing wrong.</summary>
public sealed class SourceManifest
{
    readonly Lazy<string> _hash;

    public SourceManifest(IEnumerable<SourceFile> files, IEnumerable<SourceLink> links)
    {
        Files = [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)];
        Links = [.. links.OrderBy(link => link.Path, StringComparer.Ordinal)];
        _hash = new(ComputeHash);
    }

    /// <summary>By path, in ordinal order.</summary>
    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>By path, in ordinal order.</summary>
    public IReadOnlyList<SourceLink> Links { get; }

    /// <summary>Of all files together; the most that a number holds where hostile sizes would exceed it.</summary>
    public long Bytes => Files.Aggregate(0L, (sum, file) => file.Size > long.MaxValue - sum ? long.MaxValue : sum + Math.Max(0, file.Size));

    /// <summary>Equal for equal trees, whatever made them: sha256 in lower-case hex over one line an entry.</summary>
    public string Hash => _hash.Value;

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new SourceDocument(Files, Links), SourceJson.Readable.SourceDocument);

    /// <returns>The manifest, or null and what is wrong with the text.</returns>
    public static (SourceManifest? Manifest, string? Wrong) Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, SourceJson.Readable.SourceDocument) is not { } document)
                return (null, "the list of files is null; send an object with files and links");
            if (document.Files.Any(file => file is null) || document.Links.Any(link => link is null))
                return (null, "the list of files has an entry that is null; leave it out");
            return (new SourceManifest(document.Files, document.Links), null);
        }
        // A string with half a surrogate pair is an InvalidOperationException to the reader.
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return (null, $"the list of files is not the JSON that it must be: {SourceNames.Shown(broken.Message)}");
        }
    }

    // Lengths stand before the texts, so that no name can pass for another entry.
    string ComputeHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Files)
            hash.AppendData(Line($"{(file.Executable ? "755" : "644")} {file.Size} {file.Sha256} {file.Path.Length} {file.Path}\n"));
        foreach (var link in Links)
            hash.AppendData(Line($"link {link.Path.Length} {link.Path} {link.Target.Length} {link.Target}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static byte[] Line(FormattableString text) => Encoding.UTF8.GetBytes(text.ToString(CultureInfo.InvariantCulture));
}
