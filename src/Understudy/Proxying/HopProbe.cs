using Microsoft.AspNetCore.Http;

namespace Understudy.Proxying;

/// <summary>
/// What this host tells others of itself as a place for one app's requests: how loaded it is, and what a real page answers. However many
/// ask, a worker is asked five times a second at most; and a host with all slots in use is busy, not ill.
/// </summary>
internal sealed class HopProbe(App app)
{
    /// <summary>Less than other hosts wait for an answer; a slow page is no silent host.</summary>
    static readonly TimeSpan PageWithin = TimeSpan.FromMilliseconds(400);

    static readonly TimeSpan PageKept = TimeSpan.FromMilliseconds(200);

    /// <summary>No worker has answered anything for so long: its pages fail, whatever else of it lives.</summary>
    static readonly TimeSpan Hangs = TimeSpan.FromSeconds(3);

    Task<int> page = Task.FromResult(StatusCodes.Status204NoContent);
    TimeSpan? askedAt;
    int turn;

    /// <summary>Whether a real page was an error when last asked.</summary>
    public bool PageFails => page is { IsCompletedSuccessfully: true, Result: >= 500 };

    public static bool IsProbe(Exchange exchange) => exchange.Hop is not null && exchange.Context.Request.Headers.ContainsKey(HopMarks.Probe);

    /// <param name="app">Null: this host does not serve the app.</param>
    public static async Task Answer(HttpContext context, App? app)
    {
        var (status, load) = (StatusCodes.Status421MisdirectedRequest, HopMarks.LoadText(0, 0));
        if (app is not null)
        {
            status = await app.HopProbe.Page();
            lock (app.Pool.Gate)
            {
                var own = app.Hosts.Own();
                load = HopMarks.LoadText(own.Outstanding, own.Slots);
            }
        }

        context.Response.StatusCode = status;
        context.Response.Headers[HopMarks.Load] = load;
    }

    /// <summary>The status of a real page; 204 where none could be asked now, which says nothing against the host.</summary>
    public Task<int> Page()
    {
        lock (app.Pool.Gate)
        {
            if (!app.Hosts.Own().Usable) return Task.FromResult(StatusCodes.Status503ServiceUnavailable);
            var now = Clock.Now;
            if (!page.IsCompleted || now - askedAt < PageKept) return page;
            if (Free() is not { } worker) return Task.FromResult(StatusCodes.Status204NoContent);
            askedAt = now;
            return page = Ask(worker);
        }
    }

    RoutedWorker? Free()
    {
        var workers = app.Pool.Workers;
        turn++;
        for (var i = 0; i < workers.Length; i++)
        {
            var worker = workers[(int)((uint)(i + turn) % (uint)workers.Length)];
            if (worker.Health.IsUp && worker.Outstanding < app.Pool.Route.Concurrency) return worker;
        }

        return null;
    }

    async Task<int> Ask(RoutedWorker worker)
    {
        // Not under the gate that the caller holds.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var result = await Probe.Ask(worker.Route.Port, Probe.Question(app.Route.Domains, app.Route.Pool.ReadyPath), PageWithin);
        if (result.Outcome == ProbeOutcome.Answered) return result.Status;
        worker.AskNow = true;
        lock (app.Pool.Gate)
        {
            var latest = Array.Exists(app.Pool.Workers, one => Volatile.Read(ref one.LastAnswer) is not 0 and var ticks && Clock.Now - Clock.Time(ticks) < Hangs);
            return latest || result.Outcome == ProbeOutcome.Refused ? StatusCodes.Status204NoContent : StatusCodes.Status504GatewayTimeout;
        }
    }
}
