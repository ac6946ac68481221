using System.Data.Common;
using System.Net.Sockets;
using Shop.Caching;
using Shop.Experiments;
using Shop.Storage;

namespace Shop.Pages;

/// <summary>What /up/details tells about this worker.</summary>
internal sealed record Details(int Worker, Part Database, Part Cache, Part Redis, string Framework, long MemoryBytes);

internal static class HealthPages
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void Map(WebApplication app, Database database, FragmentCache fragments, Experiment experiment)
    {
        // Only what the shop cannot sell without: it does without memcached and Redis.
        app.MapGet("/up", async (CancellationToken cancel) =>
            await Check(database, cancel) is { State: "ok" } ? Results.Text("ok\n") : Results.Text("The database does not answer.\n", statusCode: StatusCodes.Status503ServiceUnavailable));

        app.MapGet("/up/details", async (CancellationToken cancel) =>
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(Patience);
            var (store, cache, redis) = (Check(database, cancel), fragments.Check(), experiment.Check(patience.Token));
            return Results.Json(new Details(
                Environment.ProcessId, await store, await cache, await redis,
                System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription, Environment.WorkingSet), ShopJson.Default.Details);
        });

        app.MapGet("/experiment.json", async () =>
            await experiment.Result() is { } result ? Results.Json(result, ShopJson.Default.ExperimentResult) : Results.NotFound());
    }

    private static async Task<Part> Check(Database database, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            await database.Check(patience.Token);
            return new Part(database.Kind, "ok");
        }
        catch (Exception error) when (error is DbException or SocketException or InvalidOperationException or TimeoutException or OperationCanceledException)
        {
            return new Part(database.Kind, "failed", error.Message);
        }
    }
}
