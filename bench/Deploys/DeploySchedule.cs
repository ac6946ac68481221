namespace Understudy.Bench.Deploys;

/// <summary>How often each app is deployed, and for how long the load runs without a deploy.</summary>
/// <param name="WarmUp">After the load's start; not counted.</param>
/// <param name="Before">What the time during deploys is compared with.</param>
/// <param name="After">From the end of one deploy to the next.</param>
sealed record DeploySchedule(int Deploys, TimeSpan WarmUp, TimeSpan Before, TimeSpan After)
{
    public static DeploySchedule For(BenchOptions options) =>
        options.Quick ? new(4, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2)) : new(20, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(3));
}
