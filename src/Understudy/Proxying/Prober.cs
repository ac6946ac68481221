using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>Asks workers for their ready path when the schedule says so, and tells their pools what came of it.</summary>
internal sealed class Prober(Func<Routing> routing, KernelEvidence kernel) : IAsyncDisposable
{
    static readonly TimeSpan tick = TimeSpan.FromMilliseconds(50);

    // A deadline noticed so much too late shows that this process was starved or stopped, and says nothing about the worker.
    static readonly TimeSpan tooLate = TimeSpan.FromMilliseconds(300);

    readonly PeriodicTimer timer = new(tick);
    readonly List<RoutedWorker> due = [];
    Task loop = Task.CompletedTask;

    public void Start() => loop = Run();

    async Task Run()
    {
        while (await timer.WaitForNextTickAsync())
        {
            foreach (var app in routing().Apps)
            {
                due.Clear();
                app.Health.AddDue(due);
                if (due.Count == 0) continue;
                var question = Probe.Question(app.Route.Domains, app.Route.Pool.ReadyPath);
                foreach (var worker in due)
                {
                    worker.Probing = true;
                    worker.AskNow = false;
                    worker.LastProbe = Clock.Now;
                    _ = Ask(app.Health, worker, question);
                }
            }
        }
    }

    async Task Ask(PoolHealth health, RoutedWorker worker, byte[] question)
    {
        try
        {
            var result = await Probe.Ask(worker.Route.Port, question, WorkerHealth.ProbeDeadline);
            if (result.Outcome == ProbeOutcome.Answered)
            {
                health.Observe(worker, new Evidence(EvidenceKind.ProbeAnswered, result.Status));
                return;
            }

            // Off the socket's thread, for files are read now.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            if (result.Outcome == ProbeOutcome.Refused)
            {
                health.Observe(worker, new Evidence(EvidenceKind.ProbeRefused, 0, kernel.Look(worker.Route)));
            }
            else if (result.Took < WorkerHealth.ProbeDeadline + tooLate)
            {
                health.Observe(worker, new Evidence(EvidenceKind.ProbeMissed, 0, kernel.Look(worker.Route)));
            }
        }
        finally
        {
            worker.Probing = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        timer.Dispose();
        await loop;
    }
}
