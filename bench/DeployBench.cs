using Understudy.Bench.Deploys;

namespace Understudy.Bench;

/// <summary>Each sample in turn: deployed again and again by Understudy, then stopped and started behind haproxy; then the report.</summary>
sealed class DeployBench(BenchOptions options, Children children)
{
    readonly DeploySchedule _schedule = DeploySchedule.For(options);
    readonly Measurements _measured = new();
    readonly Progress _progress = new();

    /// <summary>Exit code: 0 also when a goal was missed, 1 when something could not be measured.</summary>
    public int Run()
    {
        if (!File.Exists(options.Binary))
            throw new BenchFailure($"{options.Binary} is not there; make it with ./dev publish.");
        // The apps run as another user, who must reach their folders.
        File.SetUnixFileMode(children.Folder, (UnixFileMode)0b111_001_001);
        foreach (var sample in Sample.All)
        {
            try
            {
                Measure(sample);
            }
            catch (Exception failure)
            {
                new DeployMeasurements(_measured, sample).Failed(failure.Message.TrimEnd(), _progress);
            }
            finally
            {
                children.StopAll();
            }
        }
        return new Report(_measured, "deploy", DeployFigures.All).Write();
    }

    void Measure(Sample sample)
    {
        _measured.SawForeign(QuietTime.ForeignPercent(children));
        var measured = new DeployMeasurements(_measured, sample);
        var repository = new SampleRepository(sample, children);
        var host = new DeployHost(options, children);
        try
        {
            new UnderstudyDeploys(_schedule, children, measured, _progress, host, repository).Run();
        }
        finally
        {
            host.Stop();
        }
        new StopStart(_schedule, children, measured, _progress, sample, host.Releases(sample.Name), repository.Database).Run();
    }
}
