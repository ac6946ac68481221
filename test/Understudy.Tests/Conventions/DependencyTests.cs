using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Understudy.Tests.Conventions;

/// <summary>Deciding is apart from doing, and the kernel is called from one folder.</summary>
public partial class DependencyTests
{
    const string Decisions = "src/Understudy.Decisions";
    const string Binary = "src/Understudy";
    const string Linux = Binary + "/Linux/";

    [Fact]
    public void Decisions_reference_the_base_library_alone()
    {
        var project = XDocument.Load(Path.Combine(Repository.Root, Decisions, "Understudy.Decisions.csproj"));
        Assert.Empty(project.Descendants("ProjectReference"));
        Assert.Empty(project.Descendants("FrameworkReference"));
        var analyzer = Assert.Single(project.Descendants("PackageReference"));
        Assert.Equal("all", analyzer.Attribute("PrivateAssets")?.Value);
        var outside = typeof(global::Understudy.Decisions.Config.AppConfig).Assembly.GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal) && name != "netstandard");
        Assert.Empty(outside);
    }

    [Fact]
    public void Decisions_do_no_io_know_no_clock_and_start_nothing()
    {
        var banned = Repository.Read(Decisions + "/BannedSymbols.txt");
        foreach (var type in (string[])["System.Threading.Tasks.Task", "System.TimeProvider", "System.Threading.Thread", "System.IO.File", "System.IO.Directory", "System.Net.Sockets.Socket"])
            Assert.Contains($"T:{type};", banned, StringComparison.Ordinal);
        Assert.Empty(Violations(Decisions, Outside(), _ => true));
    }

    [Fact]
    public void The_kernel_and_libc_are_called_from_Linux_only() =>
        Assert.Empty(Violations("src", NativeCall(), file => !file.StartsWith(Linux, StringComparison.Ordinal)));

    [Fact]
    public void Processes_are_started_from_Linux_only() =>
        Assert.Empty(Violations("src", ProcessClass(), file => !file.StartsWith(Linux, StringComparison.Ordinal)));

    [Fact]
    public void The_wall_clock_is_asked_through_TimeProvider_only() =>
        Assert.Empty(Violations("src", WallClock(), _ => true));

    [Fact]
    public void The_command_line_is_known_to_the_entry_point_alone() =>
        Assert.Empty(Violations(Binary, UsesCli(), file => !file.StartsWith(Binary + "/Cli/", StringComparison.Ordinal) && file != Binary + "/Program.cs"));

    [Fact]
    public void Linux_knows_no_feature() =>
        Assert.Empty(Violations(Binary + "/Linux", UsesFeature(), _ => true));

    static List<string> Violations(string folder, Regex pattern, Func<string, bool> applies) =>
        [.. Repository.Files(folder, "*.cs").Where(applies).SelectMany(file => pattern.Matches(Repository.Code(file)).Select(match => $"{file}: {match.Value.Trim()}"))];

    [GeneratedRegex(@"\b(?:File|Directory|Socket|HttpClient|Environment|Stopwatch|Task|ILogger|Console|FileStream|StreamReader)\.\w+|\basync\b|\bawait\b|\bTask<|\bDateTime(?:Offset)?\.(?:Utc)?Now\b")]
    private static partial Regex Outside();

    [GeneratedRegex(@"\[(?:Library|Dll)Import\b")]
    private static partial Regex NativeCall();

    [GeneratedRegex(@"\bSystem\.Diagnostics\.Process\b|\bnew Process(?:StartInfo)?\b|\bProcess\.(?:Start|GetProcess|GetCurrentProcess)\w*|\bProcessStartInfo\b")]
    private static partial Regex ProcessClass();

    [GeneratedRegex(@"\bDateTime(?:Offset)?\.(?:Utc)?Now\b|\bDateTime\.Today\b")]
    private static partial Regex WallClock();

    [GeneratedRegex(@"^using Understudy\.Cli\b.*|\bUnderstudy\.Cli\.", RegexOptions.Multiline)]
    private static partial Regex UsesCli();

    [GeneratedRegex(@"^using Understudy\.(?:Workers|Proxying|Cli|State|Config|Releases|Fleet|Sampling|Alerts|Incidents|Dashboard)\b.*", RegexOptions.Multiline)]
    private static partial Regex UsesFeature();
}
