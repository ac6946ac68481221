using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Decisions.Proxying;

/// <summary>Pools under seeded loads, in steps of 50 ms: slow is never marked down, and what is dead is.</summary>
public class SaturationSimulationTests
{
    const double Step = 0.05;

    sealed class Simulated
    {
        public WorkerHealth Health = WorkerHealth.New(default);
        public List<double> EndsAt = [];
        public double LastAnswer = -1, LastProbe = -9, LastSign, ProbeSentAt = -1, ProbeAnswersAt;
        public bool Dead;
        public int Threads;
    }

    /// <summary>
    /// Requests arrive at more than the pool can serve; each takes 0.2 to 20 s. A worker has as many threads as slots, or fewer (then
    /// its probe waits behind its requests even though the proxy counts free slots).
    /// </summary>
    static List<Simulated> Run(int seed, int count, int concurrency, int threads, double rate, int dead, double seconds = 120)
    {
        var random = new Random(seed);
        var workers = Enumerable.Range(0, count).Select(i => new Simulated { Threads = threads, Dead = i < dead }).ToList();
        var queued = 0;
        for (var now = 0.0; now < seconds; now += Step)
        {
            queued = Math.Min(100, queued + Arrivals(random, rate));
            foreach (var worker in workers)
            {
                if (!worker.Dead && worker.EndsAt.RemoveAll(end => end <= now) > 0) worker.LastAnswer = worker.LastSign = now;
            }

            while (queued > 0 && workers.Where(w => w.Health.IsUp && w.EndsAt.Count < concurrency).MinBy(w => w.EndsAt.Count) is { } next)
            {
                queued--;
                if (next.EndsAt.Count == 0) next.LastSign = now;
                // With fewer threads than requests inside, this one waits for one of them first.
                var starts = next.EndsAt.Count < next.Threads ? now : next.EndsAt.Order().ElementAt(next.EndsAt.Count - next.Threads);
                next.EndsAt.Add(starts + 0.2 + (Math.Pow(random.NextDouble(), 3) * 19.8));
            }

            foreach (var worker in workers) Probe(worker, workers, concurrency, now);
        }

        return workers;
    }

    static int Arrivals(Random random, double rate)
    {
        var arrivals = 0;
        for (var due = rate * Step; due > 0; due--)
        {
            if (random.NextDouble() < due) arrivals++;
        }

        return arrivals;
    }

    static void Probe(Simulated worker, List<Simulated> workers, int concurrency, double now)
    {
        if (worker.ProbeSentAt >= 0)
        {
            if (worker.ProbeAnswersAt <= now)
            {
                Weigh(worker, workers, concurrency, now, new Evidence(EvidenceKind.ProbeAnswered, 200));
                worker.LastAnswer = worker.LastSign = now;
                worker.ProbeSentAt = -1;
            }
            else if (now - worker.ProbeSentAt >= WorkerHealth.ProbeDeadline.TotalSeconds)
            {
                Weigh(worker, workers, concurrency, now, new Evidence(EvidenceKind.ProbeMissed));
                worker.ProbeSentAt = -1;
            }
        }
        else if (ProbeSchedule.IsDue(worker.Health.IsUp, worker.EndsAt.Count, false, TimeSpan.FromSeconds(worker.LastProbe + 10), TimeSpan.FromSeconds(worker.LastSign + 10), TimeSpan.FromSeconds(now + 10)))
        {
            worker.ProbeSentAt = worker.LastProbe = now;
            worker.ProbeAnswersAt = worker.Dead ? double.MaxValue
                : worker.EndsAt.Count < worker.Threads ? now + 0.01
                : worker.EndsAt.Order().ElementAt(worker.EndsAt.Count - worker.Threads) + 0.01;
        }
    }

    static void Weigh(Simulated worker, List<Simulated> workers, int concurrency, double now, Evidence evidence)
    {
        var around = new Surroundings(
            worker.EndsAt.Count < concurrency,
            worker.LastAnswer < 0 ? null : TimeSpan.FromSeconds(worker.LastAnswer),
            workers.Count,
            workers.Count(other => other.Health.DownOnTimeouts),
            workers.Any(other => other != worker && other.Health.IsUp && other.LastAnswer >= 0 && now - other.LastAnswer < WorkerHealth.Silence.TotalSeconds));
        (worker.Health, var actions) = worker.Health.Weigh(evidence, around, TimeSpan.FromSeconds(now));
        if ((actions & HealthActions.Abort) != 0) worker.EndsAt.Clear();
        Assert.True(workers.Count(other => other.Health.DownOnTimeouts) <= workers.Count / 2);
    }

    [Fact]
    public void A_saturated_pool_is_slow_and_never_marked_down()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var (count, concurrency) = (random.Next(1, 9), random.Next(1, 12));
            var workers = Run(seed, count, concurrency, threads: concurrency, rate: 3.0 * count * concurrency, dead: 0);
            Assert.All(workers, worker => Assert.True(worker.Health.IsUp, $"seed {seed}: {worker.Health.Reason}"));
        }
    }

    [Fact]
    public void A_saturated_pool_with_fewer_threads_than_slots_keeps_at_least_half_of_itself()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var count = random.Next(1, 9);
            // The bound is asserted at every step.
            Run(seed, count, concurrency: 20, threads: random.Next(1, 5), rate: 20.0 * count, dead: 0);
        }
    }

    [Fact]
    public void A_deadlocked_worker_with_free_slots_is_found_while_the_others_serve()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var workers = Run(seed, count: 4, concurrency: 50, threads: 50, rate: 5, dead: 1, seconds: 30);
            Assert.False(workers[0].Health.IsUp, $"seed {seed}");
            Assert.All(workers.Skip(1), worker => Assert.True(worker.Health.IsUp, $"seed {seed}: {worker.Health.Reason}"));
        }
    }
}
