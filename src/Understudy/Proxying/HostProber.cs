using System.Net.Http;
using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>Asks other hosts for the apps' ready pages, through their proxies, and marks those down that do not answer.</summary>
internal sealed class HostProber(Func<Routing> routing) : IAsyncDisposable
{
    static readonly TimeSpan tick = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks this far apart show that this process was starved or stopped.</summary>
    static readonly TimeSpan held = TimeSpan.FromMilliseconds(300);

    /// <summary>Read of a page; the rest says nothing about health.</summary>
    const int MostBytes = 64 * 1024;

    readonly PeriodicTimer timer = new(tick);
    readonly List<RoutedHost> due = [];
    Task loop = Task.CompletedTask;

    public void Start() => loop = Run();

    async Task Run()
    {
        var last = Clock.Now;
        while (await timer.WaitForNextTickAsync())
        {
            var now = Clock.Now;
            var stalled = now - last > held;
            last = now;
            foreach (var app in routing().Apps)
            {
                due.Clear();
                app.HostWatch.Look(due, stalled);
                foreach (var host in due) _ = Ask(app, host);
            }
        }
    }

    static async Task Ask(App app, RoutedHost host)
    {
        var evidence = new HostEvidence(HostEvidenceKind.Missed);
        using var deadline = new CancellationTokenSource(HostHealth.Silence);
        try
        {
            using var question = Question(app, host);
            using var answer = await host.Client.SendAsync(question, deadline.Token);
            var load = answer.Headers.TryGetValues(HopMarks.Load, out var said) && HopMarks.TryLoad(string.Concat(said), out var outstanding, out var slots)
                ? (outstanding, slots) : ((int, int)?)null;
            // Without it the page is another server's, whoever has that address now.
            evidence = load is null
                ? new HostEvidence(HostEvidenceKind.Refused, 0, "what answers there is no proxy of this fleet")
                : new HostEvidence(HostEvidenceKind.Answered, (int)answer.StatusCode);
            if (load is { } heard)
            {
                lock (app.Pool.Gate) host.Heard(heard.Item1, heard.Item2);
                host.Answered(Clock.Ticks);
            }
        }
        // No connection or no answer in time.
        catch (Exception missed) when (missed is OperationCanceledException || deadline.IsCancellationRequested) { }
        catch (HttpRequestException failed)
        {
            evidence = Failed(failed);
        }
        catch (Exception broken)
        {
            evidence = new HostEvidence(HostEvidenceKind.Broke, 0, $"its connections break: {broken.Message}");
        }

        // Whether it is the host that fails, or the app everywhere.
        if (evidence.Status >= 500) await app.HopProbe.Page();
        host.Probing = false;
        app.HostWatch.Observe(host, evidence);
    }

    static HostEvidence Failed(HttpRequestException failed) => failed.HttpRequestError switch
    {
        HttpRequestError.ConnectionError => new(HostEvidenceKind.Refused, 0, $"its proxy cannot be reached: {failed.InnerException?.Message ?? failed.Message}"),
        HttpRequestError.SecureConnectionError => new(HostEvidenceKind.Refused, 0, $"its proxy and this one do not trust one another: {(failed.InnerException ?? failed).Message}"),
        _ => new(HostEvidenceKind.Broke, 0, $"its connections break: {(failed.InnerException ?? failed).Message}"),
    };

    static HttpRequestMessage Question(App app, RoutedHost host)
    {
        var question = new HttpRequestMessage(HttpMethod.Get, host.Prefix + app.Route.Pool.ReadyPath)
        {
            Version = HopClient.Config.Version!,
            VersionPolicy = HopClient.Config.VersionPolicy!.Value,
        };
        question.Headers.Host = Probe.HostFor(app.Route.Domains);
        question.Headers.TryAddWithoutValidation(HopMarks.Probe, "1");
        return question;
    }

    public async ValueTask DisposeAsync()
    {
        timer.Dispose();
        await loop;
    }
}
