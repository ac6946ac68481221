using Understudy.Api;

namespace Understudy.Cli;

/// <summary>Waits until what was asked of some pools has ended, showing how far it is.</summary>
internal sealed class RollWait(Screen screen, ApiClient client, TimeProvider time)
{
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>An agent may be replaced meanwhile; the next one goes on with the work.</summary>
    static readonly TimeSpan AgentAwayAtMost = TimeSpan.FromSeconds(15);

    /// <summary>A pool at rest that long without being done has given up, such as when the new workers never became ready.</summary>
    static readonly TimeSpan AtRestAtMost = TimeSpan.FromSeconds(3);

    /// <exception cref="CommandFailed">It did not end well, or the agent went away and stayed away.</exception>
    public Task Until(string first, Func<HostDocument, IReadOnlyList<RollProgress>> judge) => Spinner.During(screen, first, say => Wait(say, judge));

    async Task<bool> Wait(Action<string> say, Func<HostDocument, IReadOnlyList<RollProgress>> judge)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        var answered = time.GetTimestamp();
        var moved = time.GetTimestamp();
        while (true)
        {
            if (Look() is { } status)
            {
                answered = time.GetTimestamp();
                var looks = judge(status);
                say(string.Join("; ", looks.Select(look => look.Sentence)));
                if (looks.All(look => look.Done))
                    return true;
                if (looks.Any(look => look.Moving && !look.Done))
                    moved = time.GetTimestamp();
                if (looks.FirstOrDefault(look => look.Failed) is { } failed)
                    throw GaveUp(failed);
                if (time.GetElapsedTime(moved) > AtRestAtMost)
                    throw GaveUp(looks.First(look => !look.Done));
            }
            else if (time.GetElapsedTime(answered) > AgentAwayAtMost)
                throw new CommandFailed("The agent has gone while this was under way; the next one goes on with the work. See `understudy status` once it runs.");
            await timer.WaitForNextTickAsync();
        }
    }

    HostDocument? Look()
    {
        try
        {
            return client.Status();
        }
        catch (AgentAbsent)
        {
            return null;
        }
    }

    static CommandFailed GaveUp(RollProgress look) => new($"""
        Not done: {SafeText.Of(look.Sentence)}, and nothing moves any more. {SafeText.Of(look.LastSentence)}
        See `understudy events` for the reason, and `understudy logs` for what the workers wrote.
        """);
}
