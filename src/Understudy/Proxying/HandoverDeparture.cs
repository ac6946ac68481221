namespace Understudy.Proxying;

/// <summary>
/// How a proxy ends. After a hand-over it leaves: it accepts no more, answers with `Connection: close`, and gives idle connections a
/// minute and requests ten. Without a successor it stops: idle connections close at once and requests have 30 s.
/// </summary>
/// <param name="tellClients">Makes every answer from now on say that its connection ends.</param>
internal sealed class HandoverDeparture(ListenersTransport transport, ListenersConnections connections, Action tellClients, TimeProvider time)
{
    public static readonly TimeSpan IdleKept = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan LeavingAtMost = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan StoppingAtMost = TimeSpan.FromSeconds(30);

    readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource stopAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int going;

    public bool Going => Volatile.Read(ref going) != 0;

    public string State => !Going ? "serving" : stopAsked.Task.IsCompleted ? "stopping" : "leaving";

    /// <summary>A newer proxy serves the same sockets.</summary>
    public void Leave() => Begin();

    /// <summary>Nobody takes over; or the one that leaves is to hurry.</summary>
    public void Stop()
    {
        stopAsked.TrySetResult();
        Begin();
    }

    /// <summary>Completes when the process may exit: it was told to leave or to stop, and is empty or out of time.</summary>
    public async Task Ended()
    {
        await begun.Task;
        // An accept that had already taken a connection hands it over before the transport closes its sockets.
        await transport.Closed;
        var empty = connections.Empty();
        if (!stopAsked.Task.IsCompleted)
        {
            connections.CloseHttp2Gracefully();
            await Either(empty, IdleKept);
        }

        connections.CloseWhenIdle();
        if (!empty.IsCompleted && !stopAsked.Task.IsCompleted) await Either(empty, LeavingAtMost - IdleKept);
        if (!empty.IsCompleted && stopAsked.Task.IsCompleted) await Task.WhenAny(empty, Task.Delay(StoppingAtMost, time));
        if (!empty.IsCompleted) connections.Abort();
    }

    void Begin()
    {
        if (Interlocked.Exchange(ref going, 1) != 0) return;
        tellClients();
        transport.StopAccepting();
        begun.TrySetResult();
    }

    Task Either(Task empty, TimeSpan atMost) => Task.WhenAny(empty, stopAsked.Task, Task.Delay(atMost, time));
}
