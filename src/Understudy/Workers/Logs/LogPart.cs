using System.Globalization;

namespace Understudy.Workers.Logs;

/// <summary>An archived part of a worker's log: the bytes from Start up to End, compressed, in `ID.log.START-END.gz`.</summary>
readonly record struct LogPart(string Path, long Start, long End)
{
    const string Suffix = ".gz";

    public static string PathOf(string log, long start, long end) =>
        string.Create(CultureInfo.InvariantCulture, $"{log}.{start}-{end}{Suffix}");

    /// <summary>The archives of a log by their place in it. What overlaps an earlier one is not a part (nobody makes such).</summary>
    public static IReadOnlyList<LogPart> Of(string log)
    {
        var (folder, name) = (System.IO.Path.GetDirectoryName(log)!, System.IO.Path.GetFileName(log));
        if (!Directory.Exists(folder))
            return [];
        var parts = new List<LogPart>();
        foreach (var path in Directory.EnumerateFiles(folder, name + ".*" + Suffix))
            if (Parse(log, path) is { } part)
                parts.Add(part);
        parts.Sort((a, b) => a.Start.CompareTo(b.Start));
        return parts;
    }

    static LogPart? Parse(string log, string path)
    {
        var range = path.AsSpan(log.Length + 1, path.Length - log.Length - 1 - Suffix.Length);
        var dash = range.IndexOf('-');
        return dash > 0
            && long.TryParse(range[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            && long.TryParse(range[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var end)
            && start < end
                ? new LogPart(path, start, end)
                : null;
    }
}
