using System.Globalization;
using Understudy.Linux;
using Understudy.Releases;

namespace Understudy.Lab;

public sealed class CommandTests : IDisposable
{
    readonly LabFolder _folder = new();
    readonly ProcessExits _exits = new();
    readonly IOwnership _ownership;
    readonly CommandRunner _runner;
    readonly List<string> _lines = [];

    public CommandTests()
    {
        _ownership = Ownership.For(new Paths(_folder["root"]));
        Prerequisite.Needs(_ownership is CgroupOwnership, $"no cgroups: {_ownership.Describe}");
        _runner = new CommandRunner(_ownership, _exits, TimeProvider.System, Repository.Binary);
    }

    [Fact]
    public async Task A_command_ends_with_its_exit_code_and_every_line_is_passed_on_before()
    {
        var failed = await Run("echo one; echo two >&2; printf three; exit 7");
        Assert.Equal((false, 7, "exit code 7"), (failed.Good, failed.ExitCode, failed.How));
        Assert.Equal(["one", "two", "three"], _lines);

        var good = await Run("test \"$GREETING\" = hello && test -z \"$UNDERSTUDY_BINARY$DOTNET_ROOT\" && test \"$PWD\" = /usr", order => order with { Folder = "/usr" });
        Assert.Equal((true, 0, "exit code 0"), (good.Good, good.ExitCode, good.How));
        Assert.Equal("one\ntwo\nthree", File.ReadAllText(Log));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(Log));

        Assert.Equal("killed by SIGSEGV", (await Run("kill -SEGV $$")).How);
        var nowhere = await Run("true", order => order with { Folder = "/no/such/folder" });
        Assert.Equal(126, nowhere.ExitCode);
        Assert.Contains("/no/such/folder", _lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_double_forked_and_ignores_TERM_is_gone_at_a_good_end_too()
    {
        var result = await Run("trap '' TERM; (setsid sh -c 'trap \"\" TERM HUP; env -i sleep 600 & echo $!; exec env -i sleep 600' &) ; sleep 0.3; echo done");
        Assert.True(result.Good, result.How);
        Assert.Equal("done", _lines[^1]);
        Assert.False(Kernel.Lives(int.Parse(_lines[0], CultureInfo.InvariantCulture)));
        NothingIsLeft();
    }

    [Fact]
    public async Task At_its_deadline_it_is_killed_whole()
    {
        var result = await Run("trap '' TERM; (setsid sleep 600 &); echo begun; while :; do sleep 1; done", order => order with { Within = TimeSpan.FromSeconds(1), WithinKey = "deploy.build_within" });
        Assert.Equal((false, null), (result.Good, result.ExitCode));
        Assert.Matches(@"^killed after 1(\.\d)? s: its deadline \(deploy\.build_within\)$", result.How);
        Assert.Equal(["begun"], _lines);
        NothingIsLeft();
    }

    [Fact]
    public async Task Cancelled_it_is_killed_whole_however_early()
    {
        using var later = new CancellationTokenSource();
        var running = Run("(setsid sleep 600 &); echo begun; sleep 600", cancellation: later.Token);
        await Eventually.Until("it has begun", 10.Seconds(), () => { lock (_lines) return _lines.Count > 0; });
        await later.CancelAsync();
        Assert.Equal("cancelled", (await running.WaitAsync(10.Seconds())).How);
        NothingIsLeft();

        foreach (var milliseconds in (int[])[0, 1, 3, 6, 10])
        {
            using var soon = new CancellationTokenSource(milliseconds);
            Assert.Equal("cancelled", (await Run("sleep 600", cancellation: soon.Token).WaitAsync(10.Seconds())).How);
            NothingIsLeft();
        }
    }

    [Fact]
    public async Task Too_much_memory_kills_all_of_it_and_says_so()
    {
        Prerequisite.Needs(_runner.Limits.StartsWith("memory", StringComparison.Ordinal), "no memory controller: " + _runner.Limits);
        var result = await Run("(head -c 200000000 /dev/zero | tail -n 1 >/dev/null); echo went on; sleep 600", order => order with { MemoryBytes = 40_000_000, MemoryKey = "deploy.build_memory" });
        Assert.Equal((false, "killed: it used more than 40 MB of memory (deploy.build_memory)"), (result.Good, result.How));
        NothingIsLeft();

        Assert.True((await Run("head -c 20000000 /dev/zero | tail -n 1 >/dev/null", order => order with { MemoryBytes = 40_000_000 })).Good);
    }

    [Fact]
    public async Task A_limit_of_processes_and_a_small_share_of_the_CPU_hold()
    {
        Prerequisite.Needs(_runner.Limits.Contains("number of processes", StringComparison.Ordinal), "no pids controller: " + _runner.Limits);
        var result = await Run("cat /proc/self/cgroup /proc/self/oom_score_adj; for i in 1 2 3 4 5 6 7 8 9; do sleep 600 & done; exit 0", order => order with { Processes = 5, CpuWeightLow = true });
        Assert.Contains(_lines, line => line.Contains("Cannot fork", StringComparison.Ordinal));
        Assert.Contains("500", _lines);
        Assert.Contains(_lines, line => line.EndsWith("/lab.build-1", StringComparison.Ordinal));
        Assert.False(result.Good);
        NothingIsLeft();
    }

    [Fact]
    public async Task One_that_prints_300_MB_fills_neither_the_disk_nor_the_lines()
    {
        var most = 0L;
        using var watching = new CancellationTokenSource();
        var watched = Task.Run(async () =>
        {
            for (; !watching.IsCancellationRequested; await Eventually.Pause(20))
                most = Math.Max(most, await Allocated());
        });
        var result = await Run("echo begun; for part in $(seq 30); do yes | head -c 10000000; sleep 0.1; done; echo ended");
        await watching.CancelAsync();
        await watched;

        Assert.True(result.Good, result.How);
        Assert.InRange(most, 1, 200_000_000);
        Assert.InRange(new FileInfo(Log).Length, 4_000_000, 6_000_000);
        Assert.Equal("ended", File.ReadLines(Log).Last());
        Assert.Single(File.ReadLines(Log), line => line.StartsWith("(understudy: ", StringComparison.Ordinal));
        Assert.Equal("ended", _lines[^1]);
        Assert.Contains(_lines, line => line.EndsWith("lines passed over)", StringComparison.Ordinal));
        Assert.InRange(_lines.Count, 100, 5_000);
    }

    [Fact]
    public async Task A_command_that_fills_the_disk_is_killed_before_it_is_full()
    {
        using var disk = await SmallDisk.Mount(_folder["disk"], "100m");
        var result = await Run(
            "while :; do head -c 200000 /dev/zero >> file; sleep 0.002; done",
            order => order with { Folder = disk.Path, DiskFloor = true });
        Assert.Matches("^killed: the disk of .*/disk has only [0-4] MB left$", result.How);
        NothingIsLeft();

        var refused = await Run("true", order => order with { Folder = disk.Path, DiskFloor = true });
        Assert.StartsWith("not started: the disk of ", refused.How, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_user_has_none_of_the_agents_rights()
    {
        Prerequisite.Needs(Users.IsRoot && Users.Find("nobody") is not null, "only root becomes another user");
        var result = await Run(
            $"id -u; id -G; touch {_folder["mine"]} /etc/understudy-lab; cat /etc/shadow; grep CapEff /proc/self/status; echo $$ > /proc/1/oom_score_adj; echo 0 > /sys/fs/cgroup/memory/cgroup.procs; cat {Log}; exit 0",
            order => order with { User = "nobody" });
        Assert.True(result.Good, result.How);
        Assert.Equal(["65534", "65534"], _lines[..2]);
        Assert.Contains(_lines, line => line.StartsWith("CapEff:", StringComparison.Ordinal) && line.EndsWith("\t0000000000000000", StringComparison.Ordinal));
        Assert.False(File.Exists(_folder["mine"]) || File.Exists("/etc/understudy-lab"));
        Assert.Equal(0, _lines.Count(line => line.StartsWith("root:", StringComparison.Ordinal)));
        Assert.Equal("root", Users.OwnerOf(Log)!.Name);
        Assert.Equal("exit code 126", (await Run("true", order => order with { User = "no-such-user" })).How);
    }

    [Fact]
    public async Task What_an_agent_before_left_under_its_name_ends_first()
    {
        using var started = new Started("sleep", ["600"]);
        await File.WriteAllTextAsync(Path.Combine(_ownership.Prepare("lab.build-1")!, "cgroup.procs"), $"{started.Process.Id}", TestContext.Current.CancellationToken);
        Assert.True((await Run("true")).Good);
        await Eventually.Until("it is gone", 10.Seconds(), () => started.Ended);
    }

    [Fact]
    public async Task Packages_are_asked_of_dpkg()
    {
        Prerequisite.Needs(File.Exists("/usr/bin/dpkg-query"), "no dpkg");
        var packages = new Packages(_runner, "lab", _folder["logs"]);
        Assert.Equal(["no-such-package"], await packages.Missing(["dpkg", "no-such-package", "awk"], TestContext.Current.CancellationToken));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["logs"]));
        Assert.Contains("systemd-", await packages.Install(["systemd-"], Log, 60.Seconds(), null, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _ownership.End();
        _exits.Dispose();
        _folder.Dispose();
    }

    string Log => _folder["logs/build.log"];

    Task<CommandResult> Run(string command, Func<CommandOrder, CommandOrder>? change = null, CancellationToken cancellation = default)
    {
        var order = new CommandOrder
        {
            Id = "lab.build-1",
            Command = command,
            Folder = _folder.Path,
            Env = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["GREETING"] = "hello" },
            Log = Log,
            Within = 30.Seconds(),
        };
        return _runner.Run(change?.Invoke(order) ?? order, line => { lock (_lines) _lines.Add(line); }, cancellation);
    }

    void NothingIsLeft()
    {
        Assert.Empty(_ownership.Processes("lab.build-1", 0));
        Assert.Empty(_ownership.Found());
        foreach (var controller in (string[])["memory", "pids", "cpu"])
            Assert.False(Path.Exists($"/sys/fs/cgroup/{controller}/{Ownership.GroupPrefix}{_ownership.Key}/lab.build-1"), controller);
    }

    async Task<long> Allocated()
    {
        if (!File.Exists(Log))
            return 0;
        var blocks = await Started.Well(10.Seconds(), "stat", ["-c", "%b", Log]);
        return long.Parse(blocks, CultureInfo.InvariantCulture) * 512;
    }
}
