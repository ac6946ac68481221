using Understudy.Linux;
using Understudy.State;

namespace Understudy.Sampling;

/// <summary>A look that is repeated as long as the agent lives; each says how long after it the next one is due.</summary>
/// <param name="what">That failed, as the log has it.</param>
/// <param name="afterTrouble">The pause after a look that failed.</param>
sealed class Rounds(string what, EventLog events, TimeSpan afterTrouble)
{
    long _count;
    long _ticks;

    /// <summary>Looks so far, and the time from the beginning to the end of each, together.</summary>
    public (long Count, TimeSpan Took) Sum => (Interlocked.Read(ref _count), TimeSpan.FromTicks(Interlocked.Read(ref _ticks)));

    public async Task Run(TimeSpan first, Func<TimeSpan> look, CancellationToken cancellation)
    {
        var wait = first;
        try
        {
            while (true)
            {
                await Task.Delay(wait, cancellation);
                var began = BootClock.Now;
                try
                {
                    wait = look();
                    Interlocked.Add(ref _ticks, (BootClock.Now - began).Ticks);
                    Interlocked.Increment(ref _count);
                }
                catch (Exception bug) when (!cancellation.IsCancellationRequested)
                {
                    events.Trouble(what, bug);
                    wait = afterTrouble;
                }
            }
        }
        catch (OperationCanceledException) { }
    }
}
