using System.Globalization;
using Microsoft.Data.Sqlite;
using Understudy.Decisions.Config;
using Understudy.Linux;
using Understudy.Workers;

namespace Understudy.Releases;

/// <summary>One run of a scheduled command, from its first event to its last.</summary>
sealed class ScheduledRun(HostedApp app, ScheduledConfig one, ScheduleParts parts)
{
    /// <summary>One run keeps at most 5 MB of its output; beyond this the log is set aside, and the one set aside before is dropped.</summary>
    const long LargestLog = 10_000_000;

    const int LongestLine = 300;


    string _lastLine = "";

    string Log => Path.Combine(parts.Paths.DeployLogs(app.Config.App), $"schedule-{one.Name}.log");

    /// <summary>Never throws: however it goes, it is written down that it has ended.</summary>
    public async Task ToItsEnd(DateTimeOffset due, CancellationToken cancellation)
    {
        parts.Events.Add("schedule.started", $"{one.Name}, due {Moment(due)}, has started in release {app.Release}", app.Config.App);
        var (good, sentence) = await Run(cancellation);
        if (cancellation.IsCancellationRequested && !good)
            sentence = $"{one.Name} was cut off: the agent stopped while it ran, and killed it";
        parts.Events.Add(good ? "schedule.ended" : "schedule.failed", sentence, app.Config.App);
        try
        {
            parts.Ledger.Ended(app.Config.App, one.Name, parts.Time.GetUtcNow(), good ? "good" : "failed");
        }
        catch (SqliteException refused)
        {
            // The next agent takes it for cut off: a wrong word, and no second run.
            parts.Events.Trouble($"writing down the end of {one.Name}", refused, app.Config.App);
        }
    }

    async Task<(bool Good, string Sentence)> Run(CancellationToken cancellation)
    {
        try
        {
            var secrets = parts.Secrets.For(app.Config.App);
            BeginLog();
            var result = await parts.Run(Order(secrets), line => _lastLine = line.Length > 0 ? line : _lastLine, cancellation);
            var took = string.Create(CultureInfo.InvariantCulture, $"{result.Took.TotalSeconds:0.0} s");
            return result.Good
                ? (true, $"{one.Name} has ended after {took}{LastLine(secrets.Values)}")
                : (false, $"{one.Name} failed after {took}: {result.How}{LastLine(secrets.Values)}. Its output is in {Log}");
        }
        catch (Exception refused) when (refused is not OperationCanceledException)
        {
            return (false, $"{one.Name} could not be run: {refused.Message}");
        }
        catch (OperationCanceledException)
        {
            return (false, $"{one.Name} was called off");
        }
    }

    CommandOrder Order(IReadOnlyDictionary<string, string> secrets) => new()
    {
        Id = $"{app.Config.App}.cron-{one.Name}",
        Command = one.Command,
        Folder = app.Folder,
        Env = WorkerEnvironment.For(app, secrets),
        User = app.User,
        Log = Log,
        Secrets = [.. secrets.Values],
        Within = one.Within,
        WithinKey = $"schedule.{one.Name}.within",
    };

    void BeginLog()
    {
        Files.MakePrivateFolder(Path.GetDirectoryName(Log)!);
        if (new FileInfo(Log) is { Exists: true, Length: > LargestLog })
            File.Move(Log, Log + ".1", overwrite: true);
        using var log = new StreamWriter(Log, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
        });
        log.WriteLine($"(understudy: {Moment(parts.Time.GetUtcNow())}, release {app.Release}: {one.Command.ReplaceLineEndings(" ")})");
    }

    /// <summary>What the command said last, without its secrets: events are read by more people than its log.</summary>
    string LastLine(IEnumerable<string> secrets)
    {
        var line = new string([.. _lastLine.Trim().Where(letter => !char.IsControl(letter))]);
        line = SecretText.Hide(line, secrets);
        return line.Length == 0 ? "" : $": {(line.Length <= LongestLine ? line : line[..LongestLine] + "...")}";
    }

    string Moment(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, parts.Time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
}
