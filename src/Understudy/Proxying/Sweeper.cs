namespace Understudy.Proxying;

/// <summary>Enforces the queues' and the requests' time limits for all at once, so that a request needs no timer of its own.</summary>
internal sealed class Sweeper(Func<Routing> routing) : IAsyncDisposable
{
    /// <summary>How much later than its limit a request may be ended.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    readonly PeriodicTimer timer = new(Period);
    Task loop = Task.CompletedTask;

    public void Start() => loop = Run();

    async Task Run()
    {
        while (await timer.WaitForNextTickAsync())
        {
            foreach (var app in routing().Apps) PoolLimits.Enforce(app.Pool, app.Hosts);
        }
    }

    public async ValueTask DisposeAsync()
    {
        timer.Dispose();
        await loop;
    }
}
