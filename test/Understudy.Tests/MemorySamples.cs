using Understudy.Api;

namespace Understudy.Tests;

/// <summary>An account of a host's memory as an agent would answer it.</summary>
internal static class MemorySamples
{
    const long MB = 1_000_000;

    public static MemoryDocument Host(int forks = 2) => new()
    {
        Host = "web-1",
        At = Samples.Now,
        Exact = false,
        Agent = "answers",
        Missing = [],
        Memory = new(2000 * MB, 1200 * MB, 500 * MB, 400 * MB, 20 * MB, 80, 1.5, 0.2),
        Limit = null,
        Pools = [new("shop", "web", Sum(forks + 2, 200, 130, charge: 300), [
            new("web.1", "ready", 1001, "20260101000000-aaaaaaaa", 3, true, Samples.Now.AddMinutes(-75), Sum(forks + 1, 150, 100, charge: 200),
                [Process(1001, 1, 0, "ruby", 60, "puma 5.6 (tcp) [shop]"), .. Enumerable.Range(1, forks).Select(i => Process(1001 + i, 1001, 1, "ruby", 45, $"puma: cluster worker {i}: 1001"))]),
            new("web.2", "starting", 2001, "20260101000000-aaaaaaaa", 3, false, Samples.Now.AddSeconds(-5), Sum(1, 50, 30, charge: 100), [Process(2001, 1, 0, "ruby", 50, null)])])],
        Beside = [new("agent", Sum(1, 25, 20), [Process(500, 1, 0, "understudy", 25, "understudy agent")])],
        Stale = [],
        Moved = [],
        Adopted = ["shop.web.1"],
        Others = [Process(700, 1, 0, "postgres", 80, "postgres: checkpointer")],
        OthersCount = 31,
    };

    public static StaleMemoryDocument Stale => new(
        "shop.web.0", "", 0, Samples.Now.AddMinutes(-9), "is in no pool's ledger", "was asked to end 3 s ago; is killed in 27 s", false, Sum(1, 90, 80), [Process(900, 1, 0, "ruby", 90, "puma") with { State = "T" }]);

    public static SumDocument Sum(int processes, long pss, long own, long? charge = null, int unmeasured = 0) => new(processes, unmeasured, pss * MB, own * MB, (pss - own) * MB, 0, charge * MB, 12);

    public static ProcessMemoryDocument Process(int pid, int parent, int depth, string name, long? pss, string? command) => new(
        pid, parent, depth, name, command, "S", Samples.Now.AddMinutes(-75), 99 * MB, pss * MB, pss * MB / 2, pss * MB / 2, pss is null ? null : 0, pss is null ? null : 12);
}
