using StuntApp.Stunts;

namespace StuntApp;

/// <summary>Kestrel with a path for each stunt.</summary>
internal static class StuntServer
{
    public static async Task Run(StartOrders orders, WorkerState state, Task stop)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, "").UseUrls($"http://{orders.Listen}:{orders.Port}").ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(10);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = orders.DrainWithin);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        await using var app = builder.Build();
        app.UseWebSockets();
        var badly = new ServingBadly(orders);
        app.Use(async (context, next) =>
        {
            state.Enter();
            context.Response.Headers["X-Worker"] = Environment.ProcessId.ToString();
            if (state.Tag is { } tag)
                context.Response.Headers["X-Tag"] = tag;
            try
            {
                if (!await badly.Answers(context))
                    await next(context);
            }
            finally
            {
                state.Leave();
            }
        });
        StateStunts.Map(app, orders, state);
        EndStunts.Map(app);
        AnswerStunts.Map(app);
        StreamStunts.Map(app);
        MemoryStunts.Map(app);
        LogStunts.Map(app);
        ProcessStunts.Map(app);
        await app.StartAsync();
        Console.WriteLine($"stunt {Environment.ProcessId} listens on {orders.Port}");
        await stop;
        await app.StopAsync();
    }

    /// <summary>TermSignal decides when to stop; the host's own handler would obey even when told to ignore.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
