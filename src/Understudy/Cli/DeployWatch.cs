using System.Threading.Channels;
using Understudy.Api;

namespace Understudy.Cli;

/// <summary>Follows a deploy to its end, also over a restart of the agent.</summary>
internal sealed class DeployWatch(ApiClient client, DeployView view)
{
    static readonly TimeSpan AgentAwayAtMost = TimeSpan.FromSeconds(30);
    static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(100);

    public static string Of(DeployStartedDocument started) => FormattableString.Invariant($"/v1/deploys?deploy={started.Deploy}");

    /// <param name="target">What is asked of the API: one deploy, or an app's that goes on.</param>
    /// <returns>0: the new release serves.</returns>
    /// <exception cref="CommandFailed">The agent stayed away.</exception>
    public async Task<int> ToEnd(string target)
    {
        var events = Channel.CreateUnbounded<DeployEventDocument>();
        // The client's calls block; the view is drawn meanwhile.
        var reading = Task.Factory.StartNew(() => Read(target, events.Writer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using var timer = new PeriodicTimer(DrawEvery);
        while (!reading.IsCompleted || events.Reader.TryPeek(out _))
        {
            while (events.Reader.TryRead(out var one))
            {
                view.Take(one);
                if (one.Kind == "end")
                    return one.Outcome == "done" ? ExitCode.Done : ExitCode.Failed;
            }
            view.Draw();
            await Task.WhenAny(reading, timer.WaitForNextTickAsync().AsTask());
        }
        await reading;
        return ExitCode.Failed;
    }

    void Read(string target, ChannelWriter<DeployEventDocument> events)
    {
        var answered = TimeProvider.System.GetTimestamp();
        using var again = new ManualResetEventSlim();
        while (true)
        {
            try
            {
                foreach (var one in client.Lines(target, JsonDocuments.Readable.DeployEventDocument))
                {
                    events.TryWrite(one);
                    answered = TimeProvider.System.GetTimestamp();
                    if (one.Kind == "end")
                        return;
                }
                answered = TimeProvider.System.GetTimestamp();
                events.TryWrite(new DeployEventDocument(0, TimeProvider.System.GetUtcNow(), "note", "", "the agent has gone; waiting for the next one, which goes on or undoes it", null, null));
            }
            catch (AgentAbsent)
            {
                if (TimeProvider.System.GetElapsedTime(answered) > AgentAwayAtMost)
                    throw new CommandFailed("The agent has gone and stayed away. The next one goes on with the deploy, or undoes it: see `understudy releases` once it runs.");
            }
            again.Wait(200);
        }
    }
}
