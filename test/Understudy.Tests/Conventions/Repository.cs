using System.Text.RegularExpressions;

namespace Understudy.Tests.Conventions;

/// <summary>The checkout that these tests were built from.</summary>
internal static partial class Repository
{
    static readonly string[] Generated = ["bin", "obj", "out", ".git", ".understudy", "node_modules", "tmp", "log"];

    public static string Root { get; } = FindRoot();

    /// <summary>Source files below a folder, by their paths from the root.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern) =>
        [.. Walk(Path.Combine(Root, folder), pattern).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal)];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

    /// <summary>C# without its comments and literals, so that a rule about code is not broken by words about it.</summary>
    public static string Code(string path) => Uncounted().Replace(Read(path), match => match.Value[0] == '/' ? "" : "\"\"");

    [GeneratedRegex(""""//[^\n]*|/\*.*?\*/|""".*?"""|@"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*["]"""", RegexOptions.Singleline)]
    private static partial Regex Uncounted();

    static IEnumerable<string> Walk(string folder, string pattern)
    {
        if (!Directory.Exists(folder))
            return [];
        var below = Directory.EnumerateDirectories(folder).Where(child => !Generated.Contains(Path.GetFileName(child)));
        return Directory.EnumerateFiles(folder, pattern).Concat(below.SelectMany(child => Walk(child, pattern)));
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Understudy.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No Understudy.slnx above {AppContext.BaseDirectory}; run the tests from a checkout.");
    }
}
