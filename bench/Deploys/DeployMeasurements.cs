namespace Understudy.Bench.Deploys;

/// <summary>Takes what was measured of one app, which counts for the app and for both together.</summary>
sealed class DeployMeasurements(Measurements measured, Sample sample)
{
    public string App => sample.Name;

    public void Add(Func<DeployFigures, Figure> figure, string who, double value)
    {
        measured.Add(figure(DeployFigures.ByApp[sample.Name]), who, value);
        measured.Add(figure(DeployFigures.Both), who, value);
    }

    /// <summary>A deploy that failed or was rolled back. The others may tell more.</summary>
    public void Failed(string what, Progress progress)
    {
        measured.Failures.Add($"{sample.Name}, {what}");
        progress.Say($"NOT MEASURED: {measured.Failures[^1]}");
    }
}
