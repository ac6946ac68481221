using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Understudy.Bench.Linux;

namespace Understudy.Bench;

/// <summary>A host as people run it, `understudy up` with 20 tiny workers and nothing to do: what its agent costs, and how long `status` takes.</summary>
sealed class AgentRound(BenchOptions options, Schedule schedule, Children children, Measurements measured, Progress progress)
{
    const int Workers = 20;
    static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    public void Run()
    {
        var app = children.NewFolder();
        var root = Path.Combine(app, "state");
        var port = Loopback.FreePort();
        File.WriteAllText(Path.Combine(app, "understudy.yaml"), $$"""
            app: bench
            processes:
              web:
                command: {{options.Native("upstream")}}
                workers: {min: {{Workers}}, max: {{Workers}}}
                ready: {path: /up, within: 30s}
            """);
        var up = children.Start([options.Binary, "up", app, "--port", $"{port}", "--root", root], orphanSignal: Signals.Term);
        try
        {
            WaitForWorkers(up, root);
            Loopback.WaitForAnswer(port, up, ReadyWithin, children.Pause);
            children.Pause(TimeSpan.FromSeconds(schedule.Settle));
            Idle(up);
            TimeStatus(root);
        }
        finally
        {
            up.Stop(TimeSpan.FromSeconds(60));
        }
    }

    void WaitForWorkers(Child up, string root)
    {
        var began = Stopwatch.StartNew();
        while (ReadyWorkers(root) < Workers)
        {
            if (up.Ended || began.Elapsed > ReadyWithin)
                throw new BenchFailure($"{(up.Ended ? "ended" : $"not {Workers} workers ready within {ReadyWithin.TotalSeconds:0} s")}: {up.Command}\n{up.Said()}");
            children.Pause(TimeSpan.FromMilliseconds(200));
        }
    }

    int ReadyWorkers(string root)
    {
        var ps = children.Start([options.Binary, "ps", "--json", "--root", root]);
        if (ps.WaitForEnd(TimeSpan.FromSeconds(10)) != 0)
            return 0;
        using var document = JsonDocument.Parse(ps.Said());
        return document.RootElement.EnumerateArray().Count(worker => worker.GetProperty("state").GetString() == "ready");
    }

    void Idle(Child up)
    {
        progress.Say($"agent      idle, {Workers} workers   watching it for {schedule.Idle} s");
        var before = ProcessFigures.Cpu(up.Pid);
        var began = Stopwatch.GetTimestamp();
        children.Pause(TimeSpan.FromSeconds(schedule.Idle));
        var percent = 100 * (ProcessFigures.Cpu(up.Pid) - before) / Stopwatch.GetElapsedTime(began);
        var memory = ProcessFigures.Memory([up.Pid]);
        measured.Add(Figures.AgentCpu, Measurements.Ours, percent);
        measured.Add(Figures.AgentMemory, Measurements.Ours, memory.RssMb);
        measured.Add(Figures.AgentPss, Measurements.Ours, memory.PssMb);
        progress.Say(string.Create(CultureInfo.InvariantCulture, $"agent      idle, {Workers} workers   {percent:N2} % of a core, {memory.RssMb:N0} MB resident"));
    }

    void TimeStatus(string root)
    {
        var said = children.Run([options.Native("stopwatch"), "run", $"{schedule.StatusCalls}", options.Binary, "status", "--root", root], TimeSpan.FromSeconds(60));
        foreach (var line in said.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            measured.Add(Figures.StatusTime, Measurements.Ours, double.Parse(line, CultureInfo.InvariantCulture));
        var times = measured.Of(Figures.StatusTime, Measurements.Ours)!;
        progress.Say(string.Create(CultureInfo.InvariantCulture, $"cli        status             {times.Median:N1} ms, {times.Min:N1} to {times.Max:N1}"));
    }
}
