using StuntApp.Linux;
using StuntApp.Stunts;

namespace StuntApp;

/// <summary>Stunts that the environment orders for the worker's whole life.</summary>
internal static class StandingStunts
{
    public static void Begin(StartOrders orders, WorkerState state)
    {
        if (orders.AllocateMegabytes > 0)
            MemoryStunts.Allocate(orders.AllocateMegabytes);
        if (orders.LeakMegabytesPerSecond > 0)
            MemoryStunts.Leak(orders.LeakMegabytesPerSecond);
        if (orders.Children > 0)
            Children.Detach(orders.Children, orders.ChildrenIgnoreTerm);
        if (orders.LogLinesPerSecond > 0)
            _ = LogStunts.Chatter(orders.LogLinesPerSecond);
        if (orders.CrashAfter is { } after)
            _ = CrashLater(after);
        if (orders.Notify)
            _ = NotifyWhenReady(state);
    }

    private static async Task CrashLater(TimeSpan after)
    {
        await Task.Delay(after);
        Console.Error.WriteLine($"stunt {Environment.ProcessId} crashes, as told at its start");
        Libc.ExitNow(1);
    }

    private static async Task NotifyWhenReady(WorkerState state)
    {
        while (!state.IsReady)
            await Task.Delay(10);
        Notify.Send("READY=1");
    }
}
