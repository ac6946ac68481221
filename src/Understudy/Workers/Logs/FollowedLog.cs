namespace Understudy.Workers.Logs;

/// <summary>One log that is being read line by line.</summary>
sealed class FollowedLog(WorkerLogReader reader) : IDisposable
{
    /// <summary>At most as much per turn, so that one busy worker does not keep the others' lines back.</summary>
    readonly byte[] buffer = new byte[64 * 1024];

    readonly LineSplitter splitter = new();
    long missed = reader.Missed;

    /// <summary>True when the last turn found all that there was.</summary>
    public bool AtEnd { get; private set; }

    /// <summary>The next complete lines.</summary>
    /// <param name="lines">A list to fill, the same one each time.</param>
    public List<string> Next(List<string> lines)
    {
        lines.Clear();
        var count = reader.Read(buffer);
        AtEnd = count == 0;
        if (reader.Missed > missed)
        {
            lines.Add($"(understudy: {reader.Missed - missed} bytes of this log were removed before they were read)");
            missed = reader.Missed;
        }
        splitter.Add(buffer.AsSpan(0, count), lines);
        return lines;
    }

    /// <summary>Lines up to the end that the log has now, however fast it grows.</summary>
    /// <param name="withRest">Gives a last line that has no end yet, too.</param>
    public IEnumerable<string> UpToNow(List<string> lines, bool withRest)
    {
        var end = reader.Length;
        for (var at = -1L; reader.Position < end && reader.Position > at;)
        {
            at = reader.Position;
            foreach (var line in Next(lines))
                yield return line;
        }
        if (withRest && splitter.Rest() is { } rest)
            yield return rest;
    }

    public void Dispose() => reader.Dispose();
}
