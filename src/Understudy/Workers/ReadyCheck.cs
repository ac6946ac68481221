using Understudy.Decisions.Config;
using Understudy.Proxying;

namespace Understudy.Workers;

/// <summary>Whether a new worker may get requests.</summary>
static class ReadyCheck
{
    /// <summary>What a path is when the configuration names none: Rails' own, and many others'.</summary>
    public const string DefaultPath = "/up";

    /// <summary>A page may take this long when it is asked for the first time.</summary>
    static readonly TimeSpan PageWithin = TimeSpan.FromSeconds(5);

    /// <summary>Asks a worker again and again until it may get requests, or is gone.</summary>
    /// <param name="strange">A process outside the worker answers on its port; in words.</param>
    public static async Task Await(Worker worker, HostedApp app, ProcessConfig process, PortHolder holder, Action<string?> passed, Action<string> strange)
    {
        while (process.TakesRequests && worker.LeaderEnded is null && !worker.ShownReady && !worker.Forgotten)
        {
            if (!process.Ready.Notify || worker.SaidReady)
            {
                var answer = await Gate(worker.Port, app.Config, process.Ready);
                worker.Lacks = answer.Lacks;
                if (answer.Passed && holder.Look(worker) is var sight)
                {
                    if (sight.Stranger is { } stranger)
                    {
                        strange(stranger);
                        return;
                    }
                    if (sight.Listens)
                        passed(answer.ReadyPath);
                    else
                        worker.Lacks = $"nothing listens on 127.0.0.1:{worker.Port}";
                }
            }
            if (!worker.ShownReady)
                await Task.Delay(50);
        }
    }

    /// <summary>Whether a new worker may get requests: it is ready, and each page of `check:` answers 2xx or 3xx several times in a row.</summary>
    public static async Task<GateAnswer> Gate(int port, AppConfig app, ReadyConfig ready)
    {
        var path = ready.Path;
        for (var time = 0; time < app.Deploy.CheckTimes; time++)
        {
            if (!ready.Notify)
            {
                path = await Ask(port, app.Domains, ready.Path);
                if (path is null)
                    return new GateAnswer(false, null, $"{ready.Path ?? DefaultPath} does not answer well");
            }
            foreach (var page in app.Check)
            {
                var status = await Status(port, app.Domains, page);
                if (status is < 200 or >= 400)
                    return new GateAnswer(false, path, status == 0 ? $"{page} does not answer" : $"{page} answers {status}");
            }
        }
        return new GateAnswer(true, path, null);
    }

    /// <summary>
    /// The path by which the worker showed itself ready, or null. A path that the configuration names must answer 2xx. Without one, /up must;
    /// and where the app has no such page (404), `/` with anything below 500.
    /// </summary>
    public static async Task<string?> Ask(int port, IReadOnlyList<string> domains, string? configured)
    {
        if (configured is not null)
            return await Status(port, domains, configured) is >= 200 and < 300 ? configured : null;
        return await Status(port, domains, DefaultPath) switch
        {
            >= 200 and < 300 => DefaultPath,
            404 or 405 => await Status(port, domains, "/") is > 0 and < 500 ? "/" : null,
            _ => null,
        };
    }

    /// <summary>The answer's status, or 0 when there was none.</summary>
    static async Task<int> Status(int port, IReadOnlyList<string> domains, string path) =>
        (await Probe.Ask(port, Probe.Question(domains, path), PageWithin)).Status;
}
