using System.Text.RegularExpressions;

namespace Understudy.Tests.Conventions;

/// <summary>Documents name only what exists: files, types, links and verbs of the script.</summary>
public partial class DocumentTests
{
    /// <summary>Folders that exist on a host or after a build, not in the checkout.</summary>
    static readonly string[] ElsewhereFolders = ["out/", "bin/", "obj/", ".understudy/", "releases/", "shared/", "log/", "run/", "lib/", "etc/", "public/", "config/"];

    static readonly string[] Extensions = [".cs", ".md", ".csproj", ".props", ".slnx", ".json", ".yaml", ".service", ".sh", ".txt", ".rb"];

    public static TheoryData<string> Documents => new(Repository.Files("", "*.md"));

    static readonly Lazy<HashSet<string>> Words = new(() =>
        [.. ((string[])["src", "test", "samples", "bench"]).SelectMany(folder => Repository.Files(folder, "*.cs")).SelectMany(file => Identifier().Matches(Repository.Read(file)).Select(match => match.Value))]);

    [Fact]
    public void The_documents_are_there() =>
        None(((string[])["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"]).Where(file => !Repository.Exists(file)));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_path_in_backticks_exists(string document) =>
        None(Quoted(document).Where(IsPath).Where(path => !Found(document, path)));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_type_in_backticks_exists(string document) =>
        None(Quoted(document).Where(word => TypeName().IsMatch(word)).Where(word => !Words.Value.Contains(word)));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_somewhere(string document) =>
        None(Link().Matches(Repository.Read(document)).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal)).Where(target => !Found(document, target)));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_verb_of_the_script_exists(string document)
    {
        var known = ScriptVerb().Matches(Repository.Read("dev")).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.Contains("test", known);
        None(NamedVerb().Matches(Repository.Read(document)).Select(match => match.Groups[1].Value).Where(verb => !known.Contains(verb)));
    }

    static void None(IEnumerable<string> absent)
    {
        var named = absent.Distinct().ToList();
        Assert.True(named.Count == 0, "named, and not there: " + string.Join(", ", named));
    }

    static IEnumerable<string> Quoted(string document) =>
        Backticks().Matches(Fence().Replace(Repository.Read(document), "")).Select(match => match.Groups[1].Value.Trim());

    static bool IsPath(string word) =>
        RelativePath().IsMatch(word) && !Placeholder().IsMatch(word) && !ElsewhereFolders.Any(folder => word.StartsWith(folder, StringComparison.Ordinal))
        && (word.Contains('/', StringComparison.Ordinal) || Extensions.Contains(Path.GetExtension(word)) && word != "understudy.yaml" && word != "agent.yaml" && word != "app.json");

    static bool Found(string document, string path)
    {
        path = path.Split('#')[0].TrimEnd('/');
        if (path.Length == 0 || Repository.Exists(path) || Repository.Exists(Path.Combine(Path.GetDirectoryName(document)!, path)))
            return true;
        // A type's file may be named from its project's folder on, and a unit as systemd knows it.
        return ((string[])["src", "src/Understudy", "src/Understudy.Decisions", "test", "packaging"]).Any(folder => Repository.Exists(Path.Combine(folder, path)));
    }

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Backticks();

    [GeneratedRegex(@"^(?:[\w.-]+/)*[\w.-]+/?$")]
    private static partial Regex RelativePath();

    [GeneratedRegex("(?:^|/)[A-Z]{2,}/")]
    private static partial Regex Placeholder();

    /// <summary>Two capitals at least, so that a word at the start of a sentence is none.</summary>
    [GeneratedRegex("^[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+$|^I[A-Z][a-z]+(?:[A-Z][a-z]+)+$")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\./dev ([a-z]+)")]
    private static partial Regex NamedVerb();

    [GeneratedRegex(@"^  ([a-z]+)(?: \| [-a-z| ]+)?\) \w+", RegexOptions.Multiline)]
    private static partial Regex ScriptVerb();
}
