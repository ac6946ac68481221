namespace Understudy.Tests.Proxying;

/// <summary>The one place for how patient these tests are.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static async Task True(Func<bool> condition, string what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var until = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(until) > Deadline) throw new TimeoutException("not within the deadline: " + what);
            await timer.WaitForNextTickAsync();
        }
    }
}
