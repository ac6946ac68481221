using System.Globalization;
using Understudy.Api;

namespace Understudy.Cli;

/// <summary>The workers whose logs are kept here, living or not; found in the folder, so that they can be read while no agent runs.</summary>
/// <param name="poolOrWorker">web, or web.3; null: all.</param>
internal sealed class WorkerLogFiles(Paths paths, string? app, string? poolOrWorker)
{
    public Paths Paths => paths;

    /// <summary>Ids (app.pool.number), those written to last at the end.</summary>
    public IReadOnlyList<string> Ids() => WrittenSince(DateTime.MinValue);

    /// <summary>The same, without the logs that nobody has written to since a moment (UTC).</summary>
    public IReadOnlyList<string> WrittenSince(DateTime since)
    {
        try
        {
            return [.. new DirectoryInfo(Folder).EnumerateFiles("*.log").Where(file => file.LastWriteTimeUtc >= since && Matches(Parts(file))).OrderBy(file => file.LastWriteTimeUtc).Select(file => Path.GetFileNameWithoutExtension(file.Name))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailed($"You may not read the workers' logs in {Folder}. Run this again as the agent's user (`sudo understudy logs` for the host's service).");
        }
    }

    public CommandFailed NoneFound()
    {
        var wanted = poolOrWorker is null ? "No worker" : $"No worker that matches \"{SafeText.Of(poolOrWorker)}\"";
        var known = new WorkerLogFiles(paths, null, null).Ids();
        var there = known.Count == 0 ? "" : $" There are logs of {string.Join(", ", known.Take(10).Select(id => Document(id, "").Worker))}{(known.Count > 10 ? " and others" : "")}.";
        return new($"{wanted} has a log in {Folder}.{there} Is this the right place? See --root.", poolOrWorker is null ? ExitCode.Failed : ExitCode.Usage);
    }

    public static LogLineDocument Document(string id, string line)
    {
        var parts = id.Split('.');
        return parts.Length == 3 ? new(parts[0], parts[1], $"{parts[1]}.{parts[2]}", line) : new("", "", id, line);
    }

    string Folder => Path.GetDirectoryName(paths.WorkerLog("any"))!;

    static string[] Parts(FileInfo file) => Path.GetFileNameWithoutExtension(file.Name).Split('.');

    bool Matches(string[] parts) => parts is [var of, var pool, var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        && (app is null || app == of) && (poolOrWorker is null || poolOrWorker == pool || poolOrWorker == $"{pool}.{number}");
}
