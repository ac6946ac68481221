using System.Text.RegularExpressions;

namespace Understudy.Tests.Conventions;

/// <summary>Folder = namespace, file = type, and both small, so that a newcomer finds what is named.</summary>
public partial class LayoutTests
{
    const int MostLines = 400;
    const int UsualLines = 150;

    /// <summary>Longer than MostLines, each with its reason.</summary>
    static readonly Dictionary<string, string> LongFiles = [];

    /// <summary>Named after what their types are together, each with its reason.</summary>
    static readonly Dictionary<string, string> FilesOfMany = new()
    {
        ["src/Understudy/Api/Documents.cs"] = "the documents that the API answers are one contract, read as one page",
        ["src/Understudy/Api/MemoryDocuments.cs"] = "the parts of one answer",
    };

    static readonly string[] Projects = ["src/Understudy.Decisions", "src/Understudy", "test/Understudy.Tests", "test/Understudy.Lab", "test/Understudy.Simulation"];

    static readonly string[] VagueSuffixes = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Impl", "Processor", "Service"];

    [Fact]
    public void The_rules_below_see_the_sources() => Assert.True(Each((_, file) => file).Count > 30);

    [Fact]
    public void A_file_lies_in_the_folder_of_its_namespace()
    {
        var wrong = Each((project, file) =>
        {
            var expected = NamespaceOf(project, file);
            return NamespaceLine().Match(Repository.Read(file)) is { Success: true } found && found.Groups[1].Value != expected
                ? $"{file} declares {found.Groups[1].Value}; its folder says {expected}"
                : null;
        });
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void A_file_is_named_after_a_type_that_it_declares()
    {
        var wrong = Each((_, file) =>
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var types = TypeDeclaration().Matches(Repository.Code(file)).Select(match => match.Groups[1].Value).ToList();
            return types.Count == 0 || name == "Program" || FilesOfMany.ContainsKey(file) || types.Contains(name) ? null : $"{file} declares {string.Join(", ", types.Take(3))}, and no {name}";
        });
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void No_type_has_a_name_that_says_nothing()
    {
        var wrong = Each((_, file) => TypeDeclaration().Matches(Repository.Code(file)).Select(match => match.Groups[1].Value)
            .FirstOrDefault(type => VagueSuffixes.Any(suffix => type.Length > suffix.Length && type.EndsWith(suffix, StringComparison.Ordinal))) is { } vague
                ? $"{file}: {vague}; name it after what it is or decides"
                : null);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Files_are_small()
    {
        var wrong = Each((_, file) => Lines(file) is > MostLines and var lines && !LongFiles.ContainsKey(file) ? $"{file}: {lines} lines; {MostLines} are the most" : null);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.All(LongFiles.Keys, file => Assert.True(Repository.Exists(file) && Lines(file) > MostLines, $"{file} needs no exception any more"));
    }

    [Fact]
    public void Most_files_are_much_smaller()
    {
        var sizes = Each((_, file) => file.StartsWith("src/", StringComparison.Ordinal) ? file : null).Select(Lines).ToList();
        var small = sizes.Count(lines => lines <= UsualLines);
        Assert.True(small >= sizes.Count * 0.8, $"only {small} of {sizes.Count} files have at most {UsualLines} lines");
    }

    [Fact]
    public void Tests_wait_for_conditions_and_never_sleep()
    {
        var wrong = Each((_, file) => file.StartsWith("test/", StringComparison.Ordinal) && !IsPolling(file) && Sleep().Match(Repository.Code(file)) is { Success: true } found
            ? $"{file}: {found.Value}; wait for a condition with a deadline (the polling itself lives in a file named Eventually.cs)"
            : null);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    static bool IsPolling(string file) => Path.GetFileName(file) == "Eventually.cs";

    static List<string> Each(Func<string, string, string?> complaint) =>
        [.. Projects.SelectMany(project => Repository.Files(project, "*.cs").Select(file => complaint(project, file))).OfType<string>()];

    static int Lines(string file) => Repository.Read(file).AsSpan().Count('\n');

    static string NamespaceOf(string project, string file)
    {
        var folder = Path.GetRelativePath(project, Path.GetDirectoryName(file)!);
        var root = Path.GetFileName(project);
        return folder == "." ? root : $"{root}.{folder.Replace('/', '.')}";
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^ *(?:(?:public|internal|private|protected|file|static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*(?:class|interface|enum|record struct|record class|record|struct|delegate \w+)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"\b(?:Thread\.Sleep|Task\.Delay)\b")]
    private static partial Regex Sleep();
}
