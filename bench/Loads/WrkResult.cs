namespace Understudy.Bench.Loads;

readonly record struct WrkResult(long Requests, double Seconds)
{
    public double PerSecond => Requests / Seconds;
}
