using System.Globalization;
using Understudy.Bench.Deploys;
using Understudy.Bench.Linux;

namespace Understudy.Bench.Processes;

/// <summary>Processes in a worker's group that no pool counts, as an agent leaves them whose state was lost: how soon each is found.</summary>
sealed class Orphans(BenchOptions options, Children children, Measurements measured, Progress progress)
{
    static readonly TimeSpan FoundWithin = TimeSpan.FromSeconds(30);

    /// <summary>Of the agent's look each second: no two orphans begin at the same moment of it.</summary>
    static readonly TimeSpan Shift = TimeSpan.FromMilliseconds(1130);

    public void Run()
    {
        using var app = new TinyApp(options, children, "workers: 2");
        var host = new DeployHost(options, children, app.Hosted + "stale: report\n");
        try
        {
            app.WaitUntilServed(host);
            var count = options.Quick ? 3 : 12;
            for (var i = 0; i < count; i++)
            {
                measured.Add(ProcessesFigures.Detect, Measurements.Ours, Detected(host, 1000 + i).TotalSeconds);
                children.Pause(Shift);
            }
            var times = measured.Of(ProcessesFigures.Detect, Measurements.Ours)!;
            progress.Say(string.Create(CultureInfo.InvariantCulture, $"{count} orphans found after {times.Min:N2} to {times.Max:N2} s"));
        }
        finally
        {
            host.Stop();
        }
    }

    TimeSpan Detected(DeployHost host, int number)
    {
        var orphan = children.Start(["sleep", "300"]);
        var group = Directory.CreateDirectory(Path.Combine(host.Groups.Workers, $"{TinyApp.Name}.web.{number}")).FullName;
        var began = TimeProvider.System.GetUtcNow();
        File.WriteAllText(Path.Combine(group, "cgroup.procs"), $"{orphan.Pid}");
        try
        {
            for (var waited = TimeSpan.Zero; waited < FoundWithin; waited += TimeSpan.FromMilliseconds(200))
            {
                if (host.Events().FirstOrDefault(one => one.Kind == "stale.found" && one.Worker == $"web.{number}") is { } found)
                    return found.At - began;
                children.Pause(TimeSpan.FromMilliseconds(200));
            }
            throw new BenchFailure($"process {orphan.Pid} in {group} is not found within {FoundWithin.TotalSeconds:0} s\n{host.Verb("status")}");
        }
        finally
        {
            Signals.Send(orphan.Pid, Signals.Kill);
        }
    }
}
