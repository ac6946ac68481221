using StuntApp.Linux;

namespace StuntApp.Stunts;

/// <summary>Readiness, and what the worker knows about itself.</summary>
internal static class StateStunts
{
    public static void Map(WebApplication app, StartOrders orders, WorkerState state)
    {
        app.MapGet("/", () => $"stunt {Environment.ProcessId}\n");
        app.MapGet("/pid", () => $"{Environment.ProcessId}\n");
        app.MapGet("/tag", () => $"{orders.Tag}\n");
        app.MapGet("/up", async () =>
        {
            if (orders.UpHangs)
                await Task.Delay(Timeout.Infinite);
            return state.IsReady ? Results.Text("ok\n") : Results.Text("not ready\n", statusCode: StatusCodes.Status503ServiceUnavailable);
        });
        app.MapGet("/ready", () => state.Become("ready"));
        app.MapGet("/unready", () => state.Become("unready"));
        app.MapGet("/count", () => new Counts(Environment.ProcessId, state.Served, state.InFlight));
        app.MapGet("/notify", (string? state) => Notify.Send(state ?? "READY=1") ? Results.Text("sent\n") : Results.Text("NOTIFY_SOCKET is not set\n", statusCode: StatusCodes.Status404NotFound));
        app.MapGet("/self", SelfPortrait.Take);
    }

    private sealed record Counts(int Worker, int Served, int InFlight);
}
