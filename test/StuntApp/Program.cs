using StuntApp;
using StuntApp.Raw;

var orders = StartOrders.From(Environment.GetEnvironmentVariable);
if (orders.ExitAtOnce is { } code)
{
    Console.Error.WriteLine($"stunt {Environment.ProcessId} exits at once with {code}, as told");
    return code;
}
await Task.Delay(orders.StartDelay);
var state = new WorkerState(orders);
using var term = new TermSignal(orders);
StandingStunts.Begin(orders, state);
if (orders.NeverListens)
    await term.Received;
else if (orders.Raw)
    await RawServer.Run(orders.Port, state, term.Received);
else
    await StuntServer.Run(orders, state, term.Received);
await orders.LastWords();
return orders.ExitCode;
