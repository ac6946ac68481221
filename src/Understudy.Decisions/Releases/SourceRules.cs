using System.Globalization;

namespace Understudy.Decisions.Releases;

/// <summary>What a checkout must be like to be deployed. The client asks before it uploads, the agent before it builds a tree: it trusts no client.</summary>
public static class SourceRules
{
    public const int MostEntries = 100_000;
    public const long MostBytes = 4L * 1024 * 1024 * 1024;

    /// <summary>In bytes, of a manifest as JSON: no one needs more for 100,000 entries, and nobody should have to read more.</summary>
    public const int LargestJson = 64 * 1024 * 1024;

    /// <summary>More sentences than these help nobody.</summary>
    const int MostSentences = 50;

    /// <summary>
    /// One sentence for everything that is wrong, each with what to do; empty for a checkout that can be deployed. Each step relies on the ones
    /// before, so that no hostile list costs more than its length: what a later step would find is said once the earlier ones are content.
    /// </summary>
    public static IReadOnlyList<string> Check(SourceManifest manifest)
    {
        if (TooMuch(0, manifest.Bytes) is { } tooMuch)
            return [tooMuch];
        var wrong = CheckPaths([.. manifest.Files.Select(file => file.Path), .. manifest.Links.Select(link => link.Path)]);
        if (wrong.Count == 0)
            wrong = Few([.. manifest.Files.Select(WrongContent).OfType<string>(), .. manifest.Links.Select(SourceLinks.WrongTarget).OfType<string>()]);
        if (wrong.Count > 0)
            return wrong;
        var links = new SourceLinks(manifest.Links);
        return Few([.. WrongSizes(manifest.Files), .. manifest.Links.Select(links.Wrong).OfType<string>()]);
    }

    /// <summary>The part of <see cref="Check"/> that needs no content: asked before anything is read or written.</summary>
    public static IReadOnlyList<string> CheckPaths(IReadOnlyList<string> paths)
    {
        if (TooMuch(paths.Count, 0) is { } tooMany)
            return [tooMany];
        var all = paths.ToHashSet(StringComparer.Ordinal);
        List<string> wrong = [.. paths.Select(SourceNames.Wrong).OfType<string>()];
        if (wrong.Count == 0)
        {
            wrong.AddRange(paths.CountBy(path => path).Where(path => path.Value > 1).Select(path => $"The path {SourceNames.Quoted(path.Key)} is listed more than once: keep one."));
            wrong.AddRange(paths.Select(path => Beneath(path, all)).OfType<string>());
        }
        if (!all.Contains("understudy.yaml") && !all.Contains("Procfile"))
            wrong.Add("There is neither an understudy.yaml nor a Procfile at the root of what is to be deployed: write one with `understudy init`, or name the folder that has it.");
        return Few(wrong);
    }

    /// <summary>One sentence when there is more than can be deployed; null when there is not.</summary>
    public static string? TooMuch(int entries, long bytes) =>
        entries > MostEntries ? string.Create(CultureInfo.InvariantCulture, $"The checkout has {entries:N0} files and links; at most {MostEntries:N0} can be deployed: let .gitignore leave out what `build:` can make.")
        : bytes > MostBytes ? string.Create(CultureInfo.InvariantCulture, $"The checkout has {bytes / 1e9:0.0} GB; at most {MostBytes / 1e9:0.0} GB can be deployed: let .gitignore leave out what `build:` can make or fetch.")
        : null;

    static string? Beneath(string path, HashSet<string> all)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
            if (all.Contains(path[..slash]))
                return $"The path {SourceNames.Quoted(path)} lies beneath {SourceNames.Quoted(path[..slash])}, which is a file or a link and no folder: rename one of the two.";
        return null;
    }

    static string? WrongContent(SourceFile file) =>
        file.Size < 0 ? $"The file {SourceNames.Quoted(file.Path)} has a negative size: make the list anew."
        : !IsHash(file.Sha256) ? $"The file {SourceNames.Quoted(file.Path)} has no sha256 of 64 lower-case hex digits: make the list anew."
        : null;

    static IEnumerable<string> WrongSizes(IReadOnlyList<SourceFile> files)
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var file in files)
            if (!sizes.TryAdd(file.Sha256, file.Size) && sizes[file.Sha256] != file.Size)
                yield return $"The file {SourceNames.Quoted(file.Path)} has the hash of another file and not its size: make the list anew.";
    }

    /// <summary>True for a sha256 as manifests have it: 64 lower-case hex digits, and so harmless as a file's name.</summary>
    public static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit) && !text.Any(char.IsAsciiLetterUpper);

    static List<string> Few(List<string> all) => all.Count <= MostSentences
        ? all
        : [.. all[..MostSentences], string.Create(CultureInfo.InvariantCulture, $"{all.Count - MostSentences:N0} more things are wrong like these: correct these first.")];
}
