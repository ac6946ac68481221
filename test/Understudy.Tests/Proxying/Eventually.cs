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

    /// <summary>For what must not happen: looked at all the time that it has to.</summary>
    public static async Task Stays(Func<bool> condition, TimeSpan span, string what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var since = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(since) < span)
        {
            if (!condition()) throw new InvalidOperationException("no longer: " + what);
            await timer.WaitForNextTickAsync();
        }
    }
}
