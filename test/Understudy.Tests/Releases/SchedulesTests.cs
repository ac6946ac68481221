using Understudy.Decisions.Config;
using Understudy.Releases;
using Understudy.State;
using Understudy.Tests.Proxying;

namespace Understudy.Tests.Releases;

public sealed class SchedulesTests : IDisposable
{
    static readonly CommandResult Good = new(true, 0, "exit code 0", TimeSpan.FromSeconds(2));

    readonly TemporaryFolder _folder = new();
    readonly Paths _paths;
    readonly Database _database;
    readonly EventLog _events;
    readonly AppSecrets _secrets;
    readonly SetTime _time = new() { Now = new(2026, 3, 4, 2, 59, 30, TimeSpan.Zero) };
    readonly List<CommandOrder> _orders = [];
    Func<CommandOrder, Action<string>?, CancellationToken, Task<CommandResult>> _run = (_, _, _) => Task.FromResult(Good);
    IReadOnlyList<HostedApp> _apps;

    public SchedulesTests()
    {
        _paths = new Paths(_folder.Path);
        Directory.CreateDirectory(_paths.Lib);
        _database = new Database(_paths.State);
        _events = new EventLog(_database, TimeProvider.System);
        _secrets = new AppSecrets(_database, new SecretBox(_paths.SecretKey), TimeProvider.System);
        _apps = [App("0 3 * * *")];
    }

    [Fact]
    public async Task It_runs_in_the_current_release_with_its_secrets_once()
    {
        _secrets.Set("shop", new Dictionary<string, string> { ["TOKEN"] = "s3cret" }, "anna");
        _run = (_, line, _) =>
        {
            line!("all good");
            line("");
            return Task.FromResult(Good);
        };
        using var schedules = Schedules();
        Assert.Equal(_time.Now.AddSeconds(30), Turn(schedules));
        Assert.Empty(_orders);
        At("03:00:00");
        Turn(schedules);
        await Ended(schedules);
        var order = Assert.Single(_orders);
        Assert.Equal(("shop.cron-nightly", "bin/nightly", _folder.Path, "s3cret", TimeSpan.FromMinutes(5)), (order.Id, order.Command, order.Folder, order.Env["TOKEN"], order.Within));
        At("03:00:10");
        Turn(schedules);
        using var next = Schedules();
        Turn(next);
        await Ended(next);
        Assert.Single(_orders);
        Assert.Equal(["schedule.started: nightly, due 2026-03-04 03:00:00 +00:00, has started in release local", "schedule.ended: nightly has ended after 2.0 s: all good"], Told());
        Assert.Contains("release local: bin/nightly", File.ReadAllText(order.Log), StringComparison.Ordinal);
        Assert.Equal(_paths.DeployLogs("shop"), Path.GetDirectoryName(order.Log));
    }

    [Fact]
    public async Task The_due_time_is_written_down_before_it_starts_and_one_that_is_cut_off_is_not_run_again()
    {
        var begun = new TaskCompletionSource<DateTimeOffset>();
        _run = (_, _, _) =>
        {
            begun.SetResult(new ScheduleLedger(_database).Find("shop", "nightly")!.Through);
            return new TaskCompletionSource<CommandResult>().Task;
        };
        using (var killed = Schedules())
        {
            Turn(killed);
            At("03:00:00");
            Turn(killed);
            Assert.Equal(_time.Now, await begun.Task.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken));
            // The agent is killed here: the next one starts from the same state.
            _run = (_, _, _) => Task.FromResult(Good);
            using var next = Schedules();
            next.TellCutOff();
            Turn(next);
            next.TellCutOff();
        }
        Assert.Single(_orders);
        Assert.Equal("schedule.failed: nightly, due 2026-03-04 03:00, was cut off: the agent ended while it ran. It is not run again before its next time", Assert.Single(Told(), one => one.Contains("cut off", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_stopped_agent_kills_it_and_says_so()
    {
        var begun = new TaskCompletionSource();
        _run = async (_, _, cancellation) =>
        {
            begun.SetResult();
            var killed = new TaskCompletionSource();
            await using (cancellation.Register(killed.SetResult))
                await killed.Task;
            return new CommandResult(false, null, "cancelled", TimeSpan.Zero);
        };
        using var schedules = Schedules();
        Turn(schedules);
        At("03:00:00");
        var running = schedules.Run(TestContext.Current.CancellationToken);
        await begun.Task.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        await schedules.Stop().WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        await running.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.Equal("schedule.failed: nightly was cut off: the agent stopped while it ran, and killed it", Told()[^1]);
        Assert.Empty(new ScheduleLedger(_database).Unended());
    }

    [Fact]
    public async Task Never_two_at_a_time_and_the_times_meanwhile_are_skipped()
    {
        _apps = [App("* * * * *")];
        var end = new TaskCompletionSource<CommandResult>();
        _run = (_, _, _) => end.Task;
        using var schedules = Schedules();
        Turn(schedules);
        foreach (var moment in (string[])["03:00:00", "03:01:00", "03:02:00"])
        {
            At(moment);
            Turn(schedules);
        }
        await Eventually.True(() => _orders.Count == 1, "it runs");
        end.SetResult(Good);
        await Ended(schedules);
        At("03:03:00");
        Turn(schedules);
        await Ended(schedules);
        Assert.Equal(2, _orders.Count);
        Assert.Equal(["nightly, due 2026-03-04 03:01, is not run: its run before has not ended", "nightly, due 2026-03-04 03:02, is not run: its run before has not ended"],
            Told().Where(one => one.StartsWith("schedule.skipped: ", StringComparison.Ordinal)).Select(one => one[18..]));
    }

    [Fact]
    public async Task What_was_missed_a_little_is_run_late_and_what_was_missed_by_more_is_not()
    {
        using (var before = Schedules())
            Turn(before);
        At("03:09:00");
        using (var late = Schedules())
        {
            Turn(late);
            await Ended(late);
        }
        Assert.Single(_orders);
        _time.Now = _time.Now.AddDays(1).AddMinutes(1);
        using var tooLate = Schedules();
        Turn(tooLate);
        Turn(tooLate);
        Assert.Single(_orders);
        Assert.Equal("schedule.skipped: nightly, due 2026-03-05 03:00, is not run: it was missed by more than 10 minutes", Told()[^1]);
    }

    [Fact]
    public async Task A_changed_time_counts_from_now()
    {
        using var schedules = Schedules();
        Turn(schedules);
        At("03:05:00");
        _apps = [App("2 3 * * *")];
        Turn(schedules);
        await Ended(schedules);
        Assert.Empty(_orders);
        Assert.Empty(Told());
        _time.Now = new(2026, 3, 5, 3, 2, 0, TimeSpan.Zero);
        Turn(schedules);
        await Ended(schedules);
        Assert.Single(_orders);
    }

    [Fact]
    public async Task A_failure_is_an_event_with_the_last_line_and_without_secrets()
    {
        _secrets.Set("shop", new Dictionary<string, string> { ["TOKEN"] = "s3cret", ["SHORT"] = "a" }, "anna");
        _run = (_, line, _) =>
        {
            line!("\u001b[31mcannot reach http://user:s3cret@host" + new string('.', 500));
            return Task.FromResult(new CommandResult(false, 1, "exit code 1", TimeSpan.FromSeconds(0.2)));
        };
        using var schedules = Schedules();
        Turn(schedules);
        At("03:00:00");
        Turn(schedules);
        await Ended(schedules);
        var failed = Told()[^1];
        Assert.StartsWith("schedule.failed: nightly failed after 0.2 s: exit code 1: [31mcannot reach http://user:[secret]@host....", failed, StringComparison.Ordinal);
        Assert.EndsWith($"Its output is in {_orders[0].Log}", failed, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failed, StringComparison.Ordinal);
        Assert.True(failed.Length < 600);
    }

    [Fact]
    public async Task Secrets_that_cannot_be_read_are_a_failure_and_the_command_does_not_start()
    {
        _secrets.Set("shop", new Dictionary<string, string> { ["TOKEN"] = "s3cret" }, "anna");
        _database.Execute("UPDATE env SET value = x'00'");
        using var schedules = Schedules();
        Turn(schedules);
        At("03:00:00");
        Turn(schedules);
        await Ended(schedules);
        Assert.Empty(_orders);
        Assert.Contains("nightly could not be run: the secret shop/TOKEN cannot be read", Told()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_log_is_set_aside()
    {
        var log = Path.Combine(_paths.DeployLogs("shop"), "schedule-nightly.log");
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        File.WriteAllBytes(log, new byte[10_000_001]);
        using var schedules = Schedules();
        Turn(schedules);
        At("03:00:00");
        Turn(schedules);
        await Ended(schedules);
        Assert.Equal(10_000_001, new FileInfo(log + ".1").Length);
        Assert.InRange(new FileInfo(log).Length, 1, 1000);
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    Schedules Schedules() => new(new ScheduleParts(_paths, () => _apps, new ScheduleLedger(_database), _events, _secrets, Run, _time));

    Task<CommandResult> Run(CommandOrder order, Action<string>? line, CancellationToken cancellation)
    {
        _orders.Add(order);
        return _run(order, line, cancellation);
    }

    static DateTimeOffset Turn(Schedules schedules) => schedules.Turn(TestContext.Current.CancellationToken);

    static Task Ended(Schedules schedules) => schedules.Idle().WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);

    List<string> Told() => [.. _events.After(0, 100).Select(one => $"{one.Kind}: {one.Message}")];

    void At(string time) => _time.Now = new DateTimeOffset(_time.Now.Date, TimeSpan.Zero) + TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture);

    HostedApp App(string at) =>
        new(new AppConfig { App = "shop", Schedule = [new ScheduledConfig("nightly", at, "bin/nightly", TimeSpan.FromMinutes(5))] }, _folder.Path, null, "local");

    sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }
}
