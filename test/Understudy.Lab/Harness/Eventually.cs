namespace Understudy.Lab.Harness;

/// <summary>The one place where deadlines are scaled and conditions polled.</summary>
static class Eventually
{
    /// <summary>Every deadline is multiplied by this: the machine is slow and noisy.</summary>
    const double Scale = 3;

    public static TimeSpan Seconds(this int seconds) => TimeSpan.FromSeconds(seconds * Scale);

    /// <summary>Polls until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not within the deadline; the message says what was waited for.</exception>
    public static async Task Until(string what, TimeSpan within, Func<Task<bool>> condition)
    {
        var end = Environment.TickCount64 + (long)within.TotalMilliseconds;
        while (!await condition())
        {
            if (Environment.TickCount64 > end)
                throw new TimeoutException($"did not happen within {within.TotalSeconds:0} s: {what}");
            await Pause(25);
        }
    }

    public static Task Until(string what, TimeSpan within, Func<bool> condition) => Until(what, within, () => Task.FromResult(condition()));

    /// <summary>Between two looks at a condition, or to let load run while nothing is to happen.</summary>
    public static Task Pause(int milliseconds) => Task.Delay(milliseconds);
}
