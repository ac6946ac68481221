using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Sampling;
using Understudy.State;

namespace Understudy.Tests.Sampling;

/// <summary>Real programs that try not to be found or not to end, and others that look like them.</summary>
public sealed class StaleProcessesTests : IDisposable
{
    /// <summary>Of the same name and arguments as an innocent one.</summary>
    const string Sleeps = "echo $BASHPID; exec -a worker sleep 600";

    readonly RealGroups _real = new();
    readonly Database _database;
    readonly EventLog _events;
    readonly CancellationTokenSource _stop = new();
    readonly Dictionary<string, CurrentOwner> _current = [];
    readonly StaleWatch _watch;
    Task _watching = Task.CompletedTask;

    public StaleProcessesTests()
    {
        _database = new Database(_real.Paths.State);
        _events = new EventLog(_database, TimeProvider.System);
        _watch = new StaleWatch(_real.Own, new StaleScan(_real.Own), new StaleLedger(_database), new ReapedNotes(_real.Paths.Reaped), _events, new StaleParts
        {
            Current = () => { lock (_current) return new Dictionary<string, CurrentOwner>(_current); },
            Rules = () => new StaleRules { Apps = new Dictionary<string, StalePolicy?> { ["shop"] = null }, StopWithin = new Dictionary<string, TimeSpan> { ["shop.web"] = TimeSpan.FromSeconds(1) } },
            Unless = (_, act) => { act(); return true; },
            Release = id => _real.Own.Release(id),
        });
    }

    public void Dispose()
    {
        _stop.Cancel();
        _watching.Wait();
        _stop.Dispose();
        _database.Dispose();
        _real.Dispose();
    }

    [Theory]
    [InlineData("rewrites its title", "echo $BASHPID; exec -a 'sshd: root@pts/0' bash -c 'printf sshd > /proc/self/comm; read _'")]
    [InlineData("double-forks, takes a session of its own and clears its environment", "(setsid env -i bash -c 'echo $BASHPID; exec sleep 600' &) & exit 0")]
    [InlineData("ignores TERM and HUP", "trap '' TERM HUP; echo $BASHPID; while :; do read _; done")]
    [InlineData("is stopped", "echo $BASHPID; kill -STOP $BASHPID; sleep 600")]
    [InlineData("is in state D, as its child that was made by vfork (58 on x86-64) runs on in its memory", "trap '' TERM; exec perl -e '$| = 1; print \"$$\\n\"; syscall(58); while (1) { sleep 600 }'")]
    [InlineData("starts processes that come and go all the time", "trap '' TERM; echo $BASHPID; while :; do sleep 0.02 & wait; done")]
    [InlineData("asks to be started again by a sibling", "trap '' TERM; bash -c \"trap '' TERM; while read _; do :; done\" & echo $BASHPID; while read _; do :; done; wait")]
    public void Whatever_it_does_it_is_found_and_ended(string what, string script)
    {
        Current("shop.web.1");
        var pid = _real.Runs("shop.web.1", script);
        if (what.Contains("state D", StringComparison.Ordinal))
            RealGroups.Until("it is in state D", () => new ProcessTable().Stat(pid) is { State: 'D' });
        Begin();
        Orphan("shop.web.1");
        RealGroups.Until($"one that {what} is found", () => Events().Any(told => told.Kind == "stale.found" && told.Message.Contains($"{pid} ", StringComparison.Ordinal)));
        RealGroups.Until($"one that {what} is gone", () => !RealGroups.Lives(pid) && _real.Own.Processes("shop.web.1", 0).Count == 0);
        RealGroups.Until("its end is told", () => Events().Any(told => told.Kind == "stale.gone"));
    }

    [Fact]
    public void What_does_not_end_when_asked_is_killed_at_its_deadline_with_its_evidence_in_the_event()
    {
        var pid = _real.Runs("shop.web.1", "trap '' TERM; echo $BASHPID; while :; do read _; done");
        Begin();
        RealGroups.Until("it is gone", () => !RealGroups.Lives(pid));
        RealGroups.Until("it is told", () => Events().Any(told => told.Kind == "stale.killed"));
        Assert.Matches($@"^shop\.web\.1 is in no pool's ledger: killed with all its processes \(1 process: {pid} bash\), 1(\.\d)? s after it went stale$", Events().First(told => told.Kind == "stale.killed").Message);
    }

    [Fact]
    public void One_that_moves_itself_into_another_cgroup_is_noticed_and_left()
    {
        Current("shop.web.1");
        var elsewhere = _real.Elsewhere();
        var pid = _real.Runs("shop.web.1", $"echo $BASHPID; read _; echo $BASHPID > {elsewhere}/cgroup.procs; exec env -i sleep 600");
        Begin();
        _watch.Turn();
        File.WriteAllText(Path.Combine(elsewhere, "cgroup.procs"), $"{pid}");
        RealGroups.Until("it is noticed", () => _watch.Moved.Any(moved => moved.Process.Key.Pid == pid && moved.Place == "/" + Path.GetFileName(elsewhere)));
        Orphan("shop.web.1");
        RealGroups.Until("its empty group is removed", () => !_real.Own.Found().Contains("shop.web.1"));
        Assert.True(RealGroups.Lives(pid));
    }

    [Fact]
    public void Nothing_that_only_looks_like_ours_is_touched()
    {
        using var other = new RealGroups();
        int[] innocent =
        [
            // The same name and arguments as the stale one; of the same name in another root; with the mark of that; with our own mark in no group of ours.
            _real.Start(Sleeps, null),
            other.Runs("shop.web.2", Sleeps),
            _real.Start(Sleeps, $"{other.Own.Key}/shop.web.2"),
            _real.Start(Sleeps, $"{_real.Own.Key}/shop.web.2"),
            // Its name begins like that of the stale one.
            _real.Runs("shop.web.21", Sleeps),
        ];
        Current("shop.web.21");
        var stale = _real.Runs("shop.web.2", Sleeps);
        Begin();
        RealGroups.Until("the stale one is gone", () => !RealGroups.Lives(stale));
        _watch.End();
        Assert.All(innocent, pid => Assert.True(RealGroups.Lives(pid)));
    }

    [Fact]
    public void A_newborn_is_never_taken_for_an_orphan()
    {
        Begin();
        var born = new List<int>();
        for (var number = 1; number <= 40; number++)
        {
            // As a pool does: written down first.
            Current($"shop.web.{number}");
            born.Add(_real.Runs($"shop.web.{number}", Sleeps));
            _watch.Turn();
        }
        Assert.All(born, pid => Assert.True(RealGroups.Lives(pid)));
        Assert.Empty(Events());
    }

    void Begin() => _watching = Task.Run(() => _watch.Run(_stop.Token));

    void Current(string id)
    {
        lock (_current)
            _current[id] = new CurrentOwner();
    }

    void Orphan(string id)
    {
        lock (_current)
            _current.Remove(id);
    }

    IReadOnlyList<Understudy.Api.EventDocument> Events() => _events.After(0, 1000);
}
