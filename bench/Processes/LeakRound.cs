using System.Globalization;
using Understudy.Bench.Deploys;
using Understudy.Bench.Linux;
using Understudy.Bench.Loads;

namespace Understudy.Bench.Processes;

/// <summary>One of two workers takes 20 MB more each second, in a group limited to 300 MB with 100 MB of swap: never the whole host's memory.</summary>
sealed class LeakRound(BenchOptions options, Children children, Measurements measured, Progress progress)
{
    const int PerSecond = 200;
    const int Seconds = 40;
    static readonly TimeSpan ToolWithin = TimeSpan.FromSeconds(30);

    public void Run()
    {
        AddSwap();
        using var app = new TinyApp(options, children, "workers: 2", "--leak 20");
        var host = new DeployHost(options, children, app.Hosted + "memory: 300MB\n");
        try
        {
            app.WaitUntilServed(host);
            var leaking = host.Workers()[0];
            var load = RateLoad.Run(options, children, host.Port, PerSecond, Seconds, 64, () =>
            {
                children.Pause(TimeSpan.FromSeconds(3));
                Signals.Send(leaking.Pid ?? throw new BenchFailure($"{leaking.Worker} has no process"), Signals.User1);
            });
            var guard = host.Events().Where(one => one.Kind.StartsWith("guard.", StringComparison.Ordinal)).OrderBy(one => one.At).ToList();
            if (guard is not [var first, ..] || guard.LastOrDefault(one => one.Kind == "guard.cleared") is not { } cleared)
                throw new BenchFailure($"the guard did nothing about the leak, or its alarm was not over within {Seconds} s\n{host.Verb("events")}");
            if (host.Workers().Any(worker => worker.Worker == leaking.Worker))
                throw new BenchFailure($"{leaking.Worker}, which leaks, is still there\n{host.Verb("events")}");
            measured.Add(ProcessesFigures.Missed, Measurements.Ours, load.Failed);
            measured.Add(ProcessesFigures.Freed, Measurements.Ours, (cleared.At - first.At).TotalSeconds);
            measured.Add(ProcessesFigures.SlowestAnswer, Measurements.Ours, load.MaxUs / 1000.0);
            foreach (var one in guard)
                progress.Say(string.Create(CultureInfo.InvariantCulture, $"{(one.At - first.At).TotalSeconds,5:0.0} s after the first warning: {one.Message}"));
            progress.Say(string.Create(CultureInfo.InvariantCulture, $"{load.Failed} of {load.Requests} requests missed {load.Failures}, the slowest took {load.MaxUs / 1000.0:N0} ms"));
        }
        finally
        {
            host.Stop();
        }
    }

    void AddSwap()
    {
        var file = Path.Combine(children.NewFolder(), "swap");
        children.Run(["fallocate", "--length", "100MiB", file], ToolWithin);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        children.Run(["mkswap", file], ToolWithin);
        try
        {
            children.Run(["swapon", file], ToolWithin);
            children.AtEnd(() => System.Diagnostics.Process.Start("swapoff", [file]).WaitForExit());
        }
        catch (BenchFailure refused)
        {
            progress.Say($"no swap here, so that the leak is watched without: {refused.Message.Split('\n')[0]}");
        }
    }
}
