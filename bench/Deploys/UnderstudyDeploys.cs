using System.Globalization;

namespace Understudy.Bench.Deploys;

/// <summary>`understudy deploy` of an app, again and again; each brings another text and another style sheet.</summary>
sealed class UnderstudyDeploys(DeploySchedule schedule, Children children, DeployMeasurements measured, Progress progress, DeployHost host, SampleRepository repository)
{
    public void Run()
    {
        progress.Say($"{measured.App,-10} {Measurements.Ours,-10} the first deploy, without load");
        host.Deploy(repository.Folder);
        new DeploysUnderLoad(schedule, children, measured, progress, Measurements.Ours).Run(host.Port, repository.Change, Deploy);
    }

    TimeSpan? Deploy(int number)
    {
        DeployTimes times;
        try
        {
            times = host.Deploy(repository.Folder);
            CheckAllNew();
        }
        catch (BenchFailure failure)
        {
            measured.Failed($"deploy {number}: {failure.Message.TrimEnd()}", progress);
            return null;
        }
        var stale = StaleProcesses.Of(host, measured.App);
        measured.Add(figures => figures.Leftovers, Measurements.Ours, stale.Count);
        measured.Add(figures => figures.Total, Measurements.Ours, times.Total.TotalSeconds);
        measured.Add(figures => figures.Own, Measurements.Ours, times.Own.TotalSeconds);
        measured.Add(figures => figures.Build, Measurements.Ours, times.Build.TotalSeconds);
        measured.Add(figures => figures.Boot, Measurements.Ours, times.Boot.TotalSeconds);
        progress.Say(string.Create(CultureInfo.InvariantCulture,
            $"{measured.App,-10} {Measurements.Ours,-10} deploy {number,-2}     {times.Total.TotalSeconds:N2} s until all was new, own {times.Own.TotalSeconds:N2} s, boots {times.Boot.TotalSeconds:N2} s ({Phases(times)}); {stale.Count} processes left over {string.Join(", ", stale)}"));
        return times.Total;
    }

    static string Phases(DeployTimes times) => string.Join(", ", times.Phases.Select(phase => string.Create(CultureInfo.InvariantCulture, $"{phase.Phase} {phase.Seconds:N2}")));

    /// <summary>No page of the release before may be served once the roll is over.</summary>
    void CheckAllNew()
    {
        const int pages = 10;
        using var http = new HttpClient();
        for (var i = 0; i < pages; i++)
            if (!http.GetStringAsync($"http://127.0.0.1:{host.Port}/").GetAwaiter().GetResult().Contains(repository.StylesheetName, StringComparison.Ordinal))
                throw new BenchFailure($"a page served after the deploy does not name {repository.StylesheetName}, the new release's style sheet");
    }
}
