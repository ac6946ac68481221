using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>Marks a pool's workers down and up.</summary>
internal sealed class PoolHealth(PoolDispatch pool)
{
    /// <summary>Weighs what was seen of a worker and acts on it.</summary>
    public void Observe(RoutedWorker worker, Evidence evidence)
    {
        Endings endings = default;
        lock (pool.Gate)
        {
            // One that is being drained may close its listener and still finish what is inside.
            if (!worker.Listed) return;
            var now = Clock.Now;
            if (evidence.Kind == EvidenceKind.ProbeAnswered)
            {
                worker.Answered(Clock.Ticks);
                worker.ProbedWell = worker.LastProbe;
            }

            (worker.Health, var actions) = worker.Health.Weigh(evidence, Around(worker, now), now);
            if ((actions & HealthActions.Abort) != 0) endings.AddAll(worker, AbortReason.MarkedDown);
            if ((actions & HealthActions.MarkDown) != 0) worker.AskNow = true;
            if ((actions & (HealthActions.MarkDown | HealthActions.MarkUp)) != 0) pool.NoteWhetherAnyIsUp();
            pool.Dispatch();
        }

        endings.Run();
    }

    Surroundings Around(RoutedWorker worker, TimeSpan now)
    {
        var downOnTimeouts = 0;
        var othersAnswer = false;
        foreach (var other in pool.Workers)
        {
            if (other.Health.DownOnTimeouts) downOnTimeouts++;
            var answered = Volatile.Read(ref other.LastAnswer);
            if (other != worker && other.Health.IsUp && answered != 0 && now - Clock.Time(answered) < WorkerHealth.Silence) othersAnswer = true;
        }

        var answer = Volatile.Read(ref worker.LastAnswer);
        return new Surroundings(worker.Outstanding < pool.Route.Concurrency, answer == 0 ? null : Clock.Time(answer),
            pool.Workers.Length, downOnTimeouts, othersAnswer);
    }

    /// <summary>Adds the workers that the schedule wants probed.</summary>
    public void AddDue(List<RoutedWorker> due)
    {
        lock (pool.Gate)
        {
            var now = Clock.Now;
            foreach (var worker in pool.Workers)
            {
                if (!worker.Probing && ProbeSchedule.IsDue(worker.Health.IsUp, worker.InFlight, worker.AskNow, worker.LastProbe, Clock.Time(worker.LastSign), now)) due.Add(worker);
            }
        }
    }
}
