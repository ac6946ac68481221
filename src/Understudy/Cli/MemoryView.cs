using System.Globalization;
using Understudy.Api;

namespace Understudy.Cli;

/// <summary>`memory` as text: the host, then who holds what, as a tree.</summary>
/// <param name="all">Large trees whole.</param>
internal sealed class MemoryView(Screen screen, bool all)
{
    public void Write(MemoryDocument memory)
    {
        screen.Line($"{screen.Paint(Ink.Bold, SafeText.Of(memory.Host))}{(memory.Agent == "answers" ? "" : "  " + screen.Paint(Ink.Warn, $"the agent {SafeText.Of(memory.Agent)}: this is what the kernel and the written state say"))}");
        if (memory.Memory is { } level)
            Level("memory", level, "");
        if (memory.Limit is { } limit)
            Level("limit", limit.Memory, $"  for all workers together ({limit.Folder})");
        Fact("measured", Measured(memory));
        foreach (var missing in memory.Missing)
            Fact("unknown", missing, Ink.Warn);
        Owners(memory);
        if (memory.Adopted.Count > 0)
            Section("ADOPTED", $"{Plural(memory.Adopted.Count, "worker")} of an agent before this one: {string.Join(" ", memory.Adopted)}", Ink.None);
        Stale(memory);
        Moved(memory);
        Others(memory);
    }

    void Level(string name, LevelDocument level, string what)
    {
        var share = level.TotalBytes > 0 ? level.AvailableBytes / (double)level.TotalBytes : 0;
        var parts = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"{Figures.Memory(level.TotalBytes)}, {Figures.Memory(level.AvailableBytes)} available ({100 * share:0} %)"),
            level.SwapTotalBytes > 0 ? $"swap {Figures.Memory(level.SwapTotalBytes)}, {Figures.Memory(level.SwapTotalBytes - level.SwapFreeBytes)} used" : "no swap",
        };
        if (level.PressureSomePercent is { } some)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"pressure {some:0.#} % (all tasks {level.PressureFullPercent ?? 0:0.#} %)"));
        if (level.ExhaustedInSeconds is { } seconds)
            parts.Add($"gone in {Figures.Age(TimeSpan.FromSeconds(seconds))} at {Figures.Memory(level.FallingBytesPerSecond ?? 0)}/s");
        else if (level.FallingBytesPerSecond is not null)
            parts.Add("not running out");
        Fact(name, string.Join("; ", parts) + what, level.ExhaustedInSeconds is < 120 ? Ink.Bad : share < 0.1 ? Ink.Warn : Ink.None);
    }

    static string Measured(MemoryDocument memory)
    {
        SumDocument[] sums = [.. memory.Pools.Select(pool => pool.Sum), .. memory.Beside.Select(owner => owner.Sum), .. memory.Stale.Select(stale => stale.Sum)];
        var (processes, unread) = (sums.Sum(sum => sum.Processes), sums.Sum(sum => sum.Unmeasured));
        var age = sums.Max(sum => sum.AgeSeconds);
        var when = memory.Exact ? "just now" : age is { } oldest ? $"up to {Figures.Age(TimeSpan.FromSeconds(oldest))} ago (--exact: now)" : "not yet (--exact: now)";
        return $"{Plural(processes, "process", "processes")} of ours, PSS read {when}{(unread == 0 ? "" : $"; {Text(unread)} not read yet, and missing in the sums (+)")}";
    }

    void Owners(MemoryDocument memory)
    {
        var rows = new MemoryRows(all, memory.At);
        foreach (var pool in memory.Pools)
        {
            rows.Sum($"{pool.App} {pool.Pool}", pool.Sum, null, null, Plural(pool.Workers.Count, "worker"), Ink.Bold);
            foreach (var worker in pool.Workers)
            {
                rows.Sum("  " + worker.Worker, worker.Sum, worker.Pid, worker.StartedAt,
                    $"{worker.Release} gen {Text(worker.Generation)}{(worker.State == "ready" ? "" : ", " + worker.State)}{(worker.Adopted ? ", adopted" : "")}", worker.State is "ready" ? Ink.None : Ink.Warn);
                if (worker.Processes.Count > 1)
                    rows.Tree(worker.Processes, "    ");
            }
        }
        foreach (var owner in memory.Beside)
        {
            rows.Sum(owner.Id, owner.Sum, owner.Processes[0].Pid, owner.Processes[0].StartedAt, owner.Processes.Count == 1 ? MemoryRows.Said(owner.Processes[0]) : "");
            if (owner.Processes.Count > 1)
                rows.Tree(owner.Processes, "  ");
        }
        screen.Line();
        rows.Table.Write(screen);
    }

    void Stale(MemoryDocument memory)
    {
        if (memory.Stale.Count == 0)
            return;
        Section("STALE", $"ours, and in no current set: {Plural(memory.Stale.Sum(stale => stale.Sum.Processes), "process", "processes")}, {Figures.Memory(memory.Stale.Sum(stale => stale.Sum.PssBytes))}; `understudy reap` shows what it would end", Ink.Bad);
        foreach (var stale in memory.Stale)
        {
            var rows = new MemoryRows(all, memory.At);
            var release = stale.Release.Length == 0 ? "release unknown" : $"{stale.Release} gen {Text(stale.Generation)}";
            rows.Sum(stale.Id, stale.Sum, stale.Processes[0].Pid, stale.Processes[0].StartedAt, release, stale.InDoubt ? Ink.Warn : Ink.Bad);
            if (stale.Processes.Count > 1)
                rows.Tree(stale.Processes, "  ");
            rows.Table.Write(screen, "  ");
            Cut("    ", $"{(stale.InDoubt ? "in doubt" : "stale")}{(stale.Since is { } since ? " for " + Figures.Age(memory.At - since) : "")}: {stale.Reason}");
            Cut("    ", stale.KeptBy);
        }
    }

    void Moved(MemoryDocument memory)
    {
        if (memory.Moved.Count == 0)
            return;
        Section("LEFT", "their worker's cgroup, and do not end with it", Ink.Warn);
        var rows = new MemoryRows(all, memory.At);
        foreach (var moved in memory.Moved)
            rows.Process(moved.Id, moved.Process, $"now in {moved.Place}: {MemoryRows.Said(moved.Process)}");
        rows.Table.Write(screen, "  ");
    }

    void Others(MemoryDocument memory)
    {
        if (memory.Others.Count == 0)
            return;
        Section("OTHERS", $"the largest of {Text(memory.OthersCount)} on this host that are not ours", Ink.None);
        var rows = new MemoryRows(all, memory.At);
        foreach (var other in memory.Others)
            rows.Process(other.Name, other, MemoryRows.Said(other));
        rows.Table.Write(screen, "  ");
    }

    void Section(string name, string text, Ink ink)
    {
        screen.Line();
        screen.Line($"{screen.Paint(ink == Ink.None ? Ink.Bold : ink, name)}  {CellWidth.Cut(SafeText.Of(text), Math.Max(20, screen.Width - name.Length - 2))}");
    }

    void Fact(string name, string text, Ink ink = Ink.None) =>
        screen.Line($"{screen.Paint(Ink.Faint, name.PadRight(9))} {screen.Paint(ink, CellWidth.Cut(SafeText.Of(text), Math.Max(20, screen.Width - 10)))}");

    void Cut(string lead, string text) => screen.Line(lead + CellWidth.Cut(SafeText.Of(text), Math.Max(20, screen.Width - lead.Length)));

    static string Plural(int count, string noun, string? plural = null) => $"{Text(count)} {(count == 1 ? noun : plural ?? noun + "s")}";

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
