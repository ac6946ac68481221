using System.Globalization;
using Understudy.Api;
using Understudy.Decisions.Sampling;

namespace Understudy.Cli;

/// <summary>The rows of `memory`: sums, and the trees of processes below them, large ones folded.</summary>
internal sealed class MemoryRows(bool all, DateTimeOffset now)
{
    public TextTable Table { get; } = new(new("NAME"), new("PSS", Right: true), new("PRIVATE", Right: true), new("SHARED", Right: true, DropAt: 1), new("SWAP", Right: true), new("CHARGE", Right: true, DropAt: 4),
        new("PROCS", Right: true, DropAt: 2), new("PID", Right: true), new("AGE", Right: true, DropAt: 3), new("RELEASE, COMMAND"));

    /// <summary>What a process says that it is, or its name where that was not read.</summary>
    public static string Said(ProcessMemoryDocument process) => process.State switch
    {
        "D" => $"waits in the kernel (D): {process.Command ?? process.Name}",
        "T" or "t" => $"stopped: {process.Command ?? process.Name}",
        _ => process.Command ?? process.Name,
    };

    public void Sum(string name, SumDocument sum, int? pid, DateTimeOffset? startedAt, string said, Ink ink = Ink.None)
    {
        var lacks = sum.Unmeasured > 0 ? "+" : "";
        var known = sum.Unmeasured < sum.Processes;
        Table.Add(new(name, ink), known ? Figures.Memory(sum.PssBytes) + lacks : "-", known ? Figures.Memory(sum.PrivateBytes) + lacks : "-", known ? Figures.Memory(sum.SharedBytes) + lacks : "-",
            Zero(sum.SwapBytes), sum.ChargeBytes is { } charge ? Figures.Memory(charge) : "-", Text(sum.Processes), pid is > 0 ? Text(pid.Value) : "", startedAt is { } at ? Figures.Age(now - at) : "", new(said, Ink.Faint));
    }

    /// <summary>Processes, the parents before their children; of many only the largest, and what the others hold together.</summary>
    public void Tree(IReadOnlyList<ProcessMemoryDocument> processes, string indent)
    {
        var shown = all ? null : ProcessFold.Of([.. processes.Select(process => (process.Depth, process.PssBytes ?? 0))]);
        for (var i = 0; i < processes.Count; i++)
        {
            if (shown is null || shown[i])
                Process(indent + new string(' ', processes[i].Depth * 2) + processes[i].Name, processes[i], Said(processes[i]));
        }
        if (shown is null)
            return;
        var folded = processes.Where((_, at) => !shown[at]).ToList();
        if (folded.Count > 0)
            Fold(indent, folded);
    }

    public void Process(string name, ProcessMemoryDocument process, string said) => Table.Add(
        name, Value(process.PssBytes), Value(process.PrivateBytes), Value(process.SharedBytes), process.SwapBytes is { } swap ? Zero(swap) : "-", "", "", Text(process.Pid), Figures.Age(now - process.StartedAt), new(said, Ink.Faint));

    void Fold(string indent, List<ProcessMemoryDocument> folded)
    {
        var lacks = folded.Any(process => process.PssBytes is null) ? "+" : "";
        Table.Add(new($"{indent}and {Text(folded.Count)} more", Ink.Faint), Figures.Memory(folded.Sum(process => process.PssBytes ?? 0)) + lacks, Figures.Memory(folded.Sum(process => process.PrivateBytes ?? 0)) + lacks,
            Figures.Memory(folded.Sum(process => process.SharedBytes ?? 0)) + lacks, Zero(folded.Sum(process => process.SwapBytes ?? 0)), "", Text(folded.Count), "", "", new("--all shows them", Ink.Faint));
    }

    static string Value(long? bytes) => bytes is { } known ? Figures.Memory(known) : "-";

    /// <summary>Unlike `-`, it was measured.</summary>
    static string Zero(long bytes) => bytes == 0 ? "0" : Figures.Memory(bytes);

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
