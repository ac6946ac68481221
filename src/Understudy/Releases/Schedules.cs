using System.Globalization;
using Microsoft.Data.Sqlite;
using Understudy.Decisions.Config;
using Understudy.Decisions.Releases;

namespace Understudy.Releases;

/// <summary>Runs the commands of `schedule:` at their times.</summary>
sealed class Schedules(ScheduleParts parts) : IDisposable
{
    /// <summary>Clocks are set and hosts sleep: no wait trusts the clock for longer.</summary>
    static readonly TimeSpan LookAtLeastEvery = TimeSpan.FromSeconds(30);

    static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(10);

    readonly CancellationTokenSource _stop = new();
    readonly Dictionary<(string App, string Name), Task> _running = [];

    /// <summary>Until the agent stops, and each command that runs then has been killed.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        TellCutOff();
        try
        {
            while (true)
            {
                var wait = Turn(either.Token) - parts.Time.GetUtcNow();
                await Task.Delay(wait > ShortestWait ? wait : ShortestWait, parts.Time, either.Token);
            }
        }
        catch (OperationCanceledException) { }
        await Idle();
    }

    /// <summary>Kills what runs and starts nothing more.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await Idle();
    }

    public void Dispose() => _stop.Dispose();

    /// <summary>Starts what is due.</summary>
    /// <returns>When to look again.</returns>
    internal DateTimeOffset Turn(CancellationToken cancellation)
    {
        var now = parts.Time.GetUtcNow();
        var next = now + LookAtLeastEvery;
        foreach (var app in parts.Live())
        {
            foreach (var one in app.Config.Schedule)
            {
                try
                {
                    if (Turn(app, one, now, cancellation) is { } due && due < next)
                        next = due;
                }
                catch (Exception bug) when (!cancellation.IsCancellationRequested)
                {
                    parts.Events.Trouble($"the schedule of {one.Name}", bug, app.Config.App);
                }
            }
        }
        return next;
    }

    /// <summary>Whatever ran when the agent before this one ended has been killed by now, as any process that belongs to no pool.</summary>
    internal void TellCutOff()
    {
        try
        {
            foreach (var entry in parts.Ledger.Unended())
            {
                parts.Ledger.Ended(entry.App, entry.Name, parts.Time.GetUtcNow(), "cut off");
                parts.Events.Add("schedule.failed", $"{entry.Name}, due {Moment(entry.Through)}, was cut off: the agent ended while it ran. It is not run again before its next time", entry.App);
            }
        }
        catch (SqliteException refused)
        {
            parts.Events.Trouble("looking for scheduled commands that were cut off", refused);
        }
    }

    /// <summary>The next due time; null where there is none.</summary>
    DateTimeOffset? Turn(HostedApp app, ScheduledConfig one, DateTimeOffset now, CancellationToken cancellation)
    {
        var times = new ScheduleTimes(one.At, parts.Time.LocalTimeZone);
        var key = (app.Config.App, one.Name);
        var entry = Entry(app.Config.App, one, now);
        var late = now - ScheduleDecision.LateAtMost;
        var newest = times.Newest(entry.Through > late ? entry.Through : late, now);
        var step = ScheduleDecision.Decide(new ScheduleObservation(entry.Through, IsRunning(key), times.After(entry.Through), newest), now);
        switch (step)
        {
            case ScheduleStep.Run run:
                parts.Ledger.Started(entry with { Through = run.Due }, now);
                if (run.Missed)
                    parts.Events.Add("schedule.skipped", $"{one.Name}: due times before {Moment(run.Due)} were missed, and are made up for by this one", app.Config.App);
                Begin(key, () => new ScheduledRun(app, one, parts).ToItsEnd(run.Due, cancellation));
                break;
            case ScheduleStep.Skip skip:
                parts.Ledger.Passed(entry with { Through = skip.Through });
                parts.Events.Add("schedule.skipped", $"{one.Name}, due {Moment(skip.Due)}, is not run: {skip.Reason}", app.Config.App);
                break;
            case ScheduleStep.StartOver over:
                parts.Ledger.Passed(entry with { Through = over.From });
                parts.Events.Add("schedule.skipped", $"{one.Name}: {over.Reason}", app.Config.App);
                break;
        }
        return step is ScheduleStep.Wait wait ? wait.Until : times.After(now);
    }

    /// <summary>One that is new, or has other times than before, counts from now: no time of the past is due by a change of the configuration.</summary>
    ScheduleEntry Entry(string app, ScheduledConfig one, DateTimeOffset now)
    {
        var written = parts.Ledger.Find(app, one.Name);
        if (written is not null && written.At == one.At)
            return written;
        var entry = new ScheduleEntry(app, one.Name, one.At, written is null || written.Through < now ? now : written.Through);
        parts.Ledger.Passed(entry);
        return entry;
    }

    void Begin((string App, string Name) key, Func<Task> run)
    {
        lock (_running)
            _running[key] = Task.Run(run);
    }

    bool IsRunning((string App, string Name) key)
    {
        lock (_running)
            return _running.TryGetValue(key, out var task) && !task.IsCompleted;
    }

    /// <summary>When what runs now has ended.</summary>
    internal Task Idle()
    {
        lock (_running)
            return Task.WhenAll(_running.Values);
    }

    string Moment(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, parts.Time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
