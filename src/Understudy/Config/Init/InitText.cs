using System.Text;
using Understudy.Decisions.Config;

namespace Understudy.Config.Init;

/// <summary>Writes findings as an understudy.yaml in which each line says why it is there.</summary>
static class InitText
{
    public static string Of(Findings found)
    {
        var text = new StringBuilder("""
            # How this app runs. `understudy up` serves it from here.
            # Every key with its default: docs/understudy.example.yaml of Understudy.


            """);
        Line(text, $"app: {found.App ?? Names.FromFolder(found.Files.Folder)}", found.App is null ? "the folder's name" : "the service's name in config/deploy.yml");
        if (found.Domains.Count > 0)
            Line(text, $"domains: [{string.Join(", ", found.Domains.Distinct().Select(Quoted))}]", "from config/deploy.yml; without it, every host name");
        if (found.Assets is { } assets)
            Line(text, $"assets: {Quoted(assets.Path)}", $"{assets.Why}; served from every live release");
        if (found.Shared.Count > 0)
            Line(text, $"shared: [{string.Join(", ", found.Shared.Select(shared => shared.Path).Distinct().Select(Quoted))}]", $"{string.Join(", ", found.Shared.Select(shared => shared.Why).Distinct())}; kept when a new release is deployed");
        WriteBuild(text, found);
        text.Append("\nprocesses:\n");
        foreach (var process in found.Processes)
            WriteProcess(text, process, found);
        if (found.Processes.All(process => process.Name != "web"))
            WriteUnknown(text, found);
        if (found.Env.Count > 0)
            text.Append("\nenv:\n");
        foreach (var (name, value, why) in found.Env)
            Line(text, $"  {name}: {Quoted(value, always: true)}", why);
        return text.ToString();
    }

    static void WriteBuild(StringBuilder text, Findings found)
    {
        if (found.Build.Count > 0)
            text.Append("\nbuild:\n");
        foreach (var (command, why) in found.Build)
            Line(text, $"  - {Quoted(command)}", why);
        if (found.Release is { } release)
            Line(text, $"{(found.ByProcfile ? "# " : "")}release: {Quoted(release.Command)}", $"{release.Why}; run once per deploy");
    }

    static void WriteProcess(StringBuilder text, FoundProcess process, Findings found)
    {
        text.Append($"  {process.Name}:\n");
        Line(text, $"    {(found.ByProcfile ? "# " : "")}command: {Quoted(process.Command)}", process.Why);
        if (process.Name != "web")
        {
            Line(text, "    workers: 1", "processes on this host");
            return;
        }
        Line(text, "    workers: 2", "one goes on when the other dies; {min: 2, max: 6} grows with the load");
        if (process.Concurrency is { } concurrency)
            Line(text, $"    concurrency: {concurrency.Requests}", concurrency.Why);
        if (found.Ready is { } ready)
            Line(text, $"    ready: {Quoted(ready.Path)}", ready.Why);
        else
            Line(text, "    # ready: /up", "a page that answers 2xx once the app can serve, and fails when it cannot");
        Line(text, "    # recycle: {memory: 400MB}", "replaces a worker that grows past it");
    }

    static void WriteUnknown(StringBuilder text, Findings found)
    {
        if (found.Processes.Count > 0)
        {
            Line(text, "  # web: COMMAND", "nothing here takes requests; the process named web would");
            return;
        }
        text.Append("  # Nothing known was found here. Write the command that starts the app, listening on $PORT of 127.0.0.1.\n");
        text.Append("  web: echo \"understudy.yaml still needs the command that starts the app\"; exit 1\n");
    }

    /// <summary>A comment above says why; the line stays as it would be without it.</summary>
    static void Line(StringBuilder text, string line, string why)
    {
        var indent = line[..(line.Length - line.TrimStart().Length)];
        text.Append(indent).Append("# ").Append(why.Trim()).Append('\n').Append(line).Append('\n');
    }

    /// <summary>Text as YAML reads it back unchanged.</summary>
    static string Quoted(string value) => Quoted(value, always: false);

    static string Quoted(string value, bool always)
    {
        var plain = value.Length > 0 && (char.IsAsciiLetterOrDigit(value[0]) || value[0] is '/' or '.') && !value.Contains(": ", StringComparison.Ordinal)
            && !value.Contains(" #", StringComparison.Ordinal) && value[^1] is not (':' or ' ') && !value.Any(c => char.IsControl(c) || c is ',' or '[' or ']' or '{' or '}');
        return plain && !always ? value : $"'{value.Replace("'", "''", StringComparison.Ordinal).ReplaceLineEndings(" ")}'";
    }
}
