using Understudy.State;

namespace Understudy.Sampling;

/// <summary>Looks that are repeated as long as the agent lives; each says how long after it the next one is due.</summary>
static class Rounds
{
    /// <param name="what">That failed, as the log has it.</param>
    /// <param name="afterTrouble">The pause after a look that failed.</param>
    public static async Task Run(string what, EventLog events, TimeSpan first, TimeSpan afterTrouble, Func<TimeSpan> look, CancellationToken cancellation)
    {
        var wait = first;
        try
        {
            while (true)
            {
                await Task.Delay(wait, cancellation);
                try
                {
                    wait = look();
                }
                catch (Exception bug) when (bug is not OperationCanceledException)
                {
                    events.Trouble(what, bug);
                    wait = afterTrouble;
                }
            }
        }
        catch (OperationCanceledException) { }
    }
}
