using Understudy.Linux;

namespace Understudy.Tests.Linux;

public sealed class WorkerLimitsTests : IDisposable
{
    const long MB = 1_000_000;

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Where_version_2_has_the_controller_a_workers_own_group_is_limited()
    {
        var workers = Unified("cpu memory pids");
        var own = Directory.CreateDirectory(Path.Combine(workers, "shop.web.1")).FullName;

        Assert.Empty(new WorkerLimits(workers, _folder["v1"], null).Prepare("shop.web.1", own, 400 * MB));

        Assert.Equal(["memory.high 600000000", "memory.max 800000000", "memory.oom.group 1", "memory.swap.max 400000000"], Files(own));
        Assert.DoesNotContain(Files(workers), file => file.StartsWith("memory.max", StringComparison.Ordinal));
        Assert.False(Directory.Exists(_folder["v1"]));
    }

    [Fact]
    public void And_all_workers_together_where_the_host_says_so()
    {
        var workers = Unified("memory");
        var own = Directory.CreateDirectory(Path.Combine(workers, "shop.web.1")).FullName;

        new WorkerLimits(workers, null, 6000 * MB).Prepare("shop.web.1", own, null);

        Assert.Contains("memory.max 6000000000", Files(workers));
        Assert.Empty(Files(own));
    }

    [Fact]
    public void Where_version_1_has_it_a_group_of_its_own_is_made_to_enter()
    {
        var workers = Unified("pids");
        var limits = new WorkerLimits(workers, _folder["v1/workers"], 6000 * MB);

        var entered = Assert.Single(limits.Prepare("shop.web.1", Path.Combine(workers, "shop.web.1"), 400 * MB));

        Assert.Equal(_folder["v1/workers/shop.web.1"], entered);
        Assert.Equal(["memory.limit_in_bytes 800000000", "memory.memsw.limit_in_bytes 1200000000"], Files(entered));
        Assert.Equal(["memory.limit_in_bytes 6000000000"], Files(_folder["v1/workers"]));
    }

    [Fact]
    public void Without_a_budget_nothing_is_limited_and_no_group_made()
    {
        var workers = Unified("memory");
        var own = Directory.CreateDirectory(Path.Combine(workers, "shop.web.1")).FullName;
        Assert.Empty(new WorkerLimits(workers, null, null).Prepare("shop.web.1", own, null));
        Assert.Empty(new WorkerLimits(Unified("pids"), _folder["v1/workers"], null).Prepare("shop.web.1", own, null));
        Assert.Empty(Files(own));
        Assert.False(Directory.Exists(_folder["v1"]));
    }

    [Fact]
    public void Where_nobody_may_limit_anything_workers_start_all_the_same()
    {
        File.WriteAllText(_folder["file"], "");
        Assert.Empty(new WorkerLimits(null, null, 6000 * MB).Prepare("shop.web.1", null, 400 * MB));
        Assert.Empty(new WorkerLimits(null, _folder["file/workers"], 6000 * MB).Prepare("shop.web.1", null, 400 * MB));
    }

    [Fact]
    public void What_the_kernel_killed_at_a_limit_is_known_in_either_version()
    {
        var limits = new WorkerLimits(null, _folder["v1/workers"], null);
        Directory.CreateDirectory(_folder["v1/workers/shop.web.1"]);
        Directory.CreateDirectory(_folder["v2/shop.web.1"]);
        Assert.False(limits.WasReached("shop.web.1", _folder["v2/shop.web.1"]));
        File.WriteAllText(_folder["v2/shop.web.1/memory.events"], "high 5\nmax 9\noom_kill 1\n");
        Assert.True(limits.WasReached("shop.web.1", _folder["v2/shop.web.1"]));
        Assert.False(limits.WasReached("shop.web.1", null));
        File.WriteAllText(_folder["v1/workers/shop.web.1/memory.oom_control"], "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
        Assert.True(limits.WasReached("shop.web.1", null));
    }

    [Fact]
    public void What_was_made_is_removed_with_the_worker_or_with_the_next_agent()
    {
        // A group's files vanish with it; in a plain folder they would not, so these have none.
        var limits = new WorkerLimits(null, _folder["v1/workers"], 6000 * MB);
        Directory.CreateDirectory(_folder["v1/workers/shop.web.1"]);
        Directory.CreateDirectory(_folder["v1/workers/shop.web.2"]);
        Assert.True(limits.Release("shop.web.1"));
        Assert.True(limits.Release("shop.web.1"));
        Assert.True(Directory.Exists(_folder["v1/workers/shop.web.2"]));
        limits.Sweep();
        Assert.Empty(Directory.GetDirectories(_folder["v1/workers"]));
    }

    string Unified(string controllers)
    {
        var workers = Directory.CreateDirectory(_folder["v2/workers"]).FullName;
        File.WriteAllText(Path.Combine(workers, "cgroup.subtree_control"), controllers + "\n");
        return workers;
    }

    static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "memory.*").Select(file => $"{Path.GetFileName(file)} {File.ReadAllText(file)}").Order(StringComparer.Ordinal);
}
