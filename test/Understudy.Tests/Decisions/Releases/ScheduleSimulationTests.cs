using Understudy.Decisions.Releases;

namespace Understudy.Tests.Decisions.Releases;

/// <summary>Seeded histories of an agent that is killed and started, a command that takes long, and a clock that is set. What must hold, holds at each step.</summary>
public class ScheduleSimulationTests
{
    static readonly DateTimeOffset Start = new(2026, 3, 4, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_due_time_runs_once_at_most_never_two_at_a_time_and_none_is_lost_while_an_agent_runs()
    {
        var runs = 0;
        for (var seed = 0; seed < 300; seed++)
            runs += Run(seed);
        Assert.True(runs > 2_000, $"only {runs} runs");
    }

    static int Run(int seed)
    {
        var random = new Random(seed);
        var every = TimeSpan.FromMinutes(random.Next(1, 60));
        var (now, through, looked) = (Start, Start, Start);
        var done = new HashSet<DateTimeOffset>();
        DateTimeOffset? endsAt = null;
        var alive = true;
        for (var step = 0; step < 3_000; step++)
        {
            now += TimeSpan.FromSeconds(random.Next(1, 30));
            switch (random.Next(200))
            {
                case 0:
                    // Killed, its command with it, for a while; what is written down stays.
                    (alive, endsAt) = (false, null);
                    break;
                case < 6:
                    alive = true;
                    break;
                case 6:
                    now -= TimeSpan.FromMinutes(random.Next(1, 300));
                    break;
                case 7:
                    now += TimeSpan.FromMinutes(random.Next(1, 300));
                    break;
            }
            if (!alive)
                continue;
            if (endsAt <= now)
                endsAt = null;
            var where = $"seed {seed}, step {step}, {now:dd HH:mm:ss}";
            var dueMeanwhile = UpTo(now, every);
            var inTime = dueMeanwhile > through && dueMeanwhile > looked && now - looked < ScheduleDecision.LateAtMost;
            var taken = Step(where, ScheduleDecision.Decide(Seen(through, endsAt is not null, every, now), now), now, ref through, ref endsAt, done, random);
            Assert.True(taken || !inTime, $"{where}: {dueMeanwhile} was due while the agent looked, and nothing was done about it");
            looked = now;
        }
        return done.Count;
    }

    static bool Step(string where, ScheduleStep step, DateTimeOffset now, ref DateTimeOffset through, ref DateTimeOffset? endsAt, HashSet<DateTimeOffset> done, Random random)
    {
        switch (step)
        {
            case ScheduleStep.Run run:
                Assert.True(endsAt is null, $"{where}: two at a time");
                Assert.True(done.Add(run.Due), $"{where}: {run.Due} is run again");
                Assert.True(run.Due > through && run.Due <= now && now - run.Due < ScheduleDecision.LateAtMost, $"{where}: {run.Due} is run out of its time");
                (through, endsAt) = (run.Due, now + TimeSpan.FromMinutes(random.Next(0, 90)));
                return true;
            case ScheduleStep.Skip skip:
                Assert.True(endsAt is not null || now - skip.Due >= ScheduleDecision.LateAtMost, $"{where}: {skip.Due} is skipped for no reason");
                Assert.True(skip.Due > through && skip.Through >= skip.Due && skip.Through <= now, $"{where}: {skip.Due} is skipped again");
                through = skip.Through;
                return true;
            case ScheduleStep.Wait wait:
                Assert.True(wait.Until > now, $"{where}: waits for {wait.Until}, which is past");
                return false;
            default:
                // Many small steps back may add up to more than a day.
                var over = Assert.IsType<ScheduleStep.StartOver>(step);
                Assert.True(through - now > ScheduleDecision.SetBackAtMost, $"{where}: starts over for no reason");
                through = over.From;
                done.Clear();
                return true;
        }
    }

    static ScheduleObservation Seen(DateTimeOffset through, bool running, TimeSpan every, DateTimeOffset now)
    {
        var newest = UpTo(now, every);
        return new(through, running, UpTo(through, every) + every, newest > through && now - newest < ScheduleDecision.LateAtMost ? newest : null);
    }

    static DateTimeOffset UpTo(DateTimeOffset moment, TimeSpan every) => moment - TimeSpan.FromTicks((((moment - Start).Ticks % every.Ticks) + every.Ticks) % every.Ticks);
}
