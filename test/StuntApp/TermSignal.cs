using System.Runtime.InteropServices;

namespace StuntApp;

/// <summary>TERM and INT: obeyed, or ignored when told to.</summary>
internal sealed class TermSignal : IDisposable
{
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IReadOnlyList<PosixSignalRegistration> _registrations;

    public TermSignal(StartOrders orders) => _registrations =
        [.. from signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT } select PosixSignalRegistration.Create(signal, context => Receive(context, orders))];

    public Task Received => _received.Task;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void Receive(PosixSignalContext context, StartOrders orders)
    {
        context.Cancel = true;
        Console.WriteLine($"stunt {Environment.ProcessId} got {context.Signal}{(orders.IgnoresTerm ? " and ignores it" : "")}");
        if (!orders.IgnoresTerm)
            _received.TrySetResult();
    }
}
