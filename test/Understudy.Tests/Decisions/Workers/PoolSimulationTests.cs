using Understudy.Decisions.Workers;

namespace Understudy.Tests.Decisions.Workers;

/// <summary>Seeded histories of crashes, hangs, restarts and scaling. What must hold, holds at each turn.</summary>
public class PoolSimulationTests
{
    [Fact]
    public void Nothing_outlives_its_deadline_and_a_restart_never_costs_capacity()
    {
        for (var seed = 0; seed < 150; seed++)
            Run(seed);
    }

    static void Run(int seed)
    {
        var random = new Random(seed);
        var world = new PoolWorld { ObeysSignal = number => number % 3 != 0 };
        world.Rules = world.Rules with { Min = random.Next(1, 4), Max = random.Next(4, 7), StopWithin = TimeSpan.FromSeconds(random.Next(2, 20)), ReadyWithin = TimeSpan.FromSeconds(5) };
        world.Rules = world.Rules with { AtOnce = (seed % 3) switch { 0 => WorkerShare.One, 1 => new WorkerShare(2, false), _ => new WorkerShare(50, true) } };
        world.GetsReady = number => number % 7 != 6;
        for (var step = 0; step < 600; step++)
        {
            var crashed = Disturb(world, random);
            var readyBefore = world.Ready;
            world.Pass(TimeSpan.FromMilliseconds(100));
            Check(world, seed, step, readyBefore, crashed);
        }
        world.GetsReady = _ => true;
        foreach (var process in world.Processes.Values)
            (process.DownSince, process.Busy, process.Ready) = (null, false, null);
        (world.Queued, world.Load, world.GrowthHeld, world.SurgeHeld, world.Shedding) = (0, 0, false, false, false);
        world.Pass(TimeSpan.FromMinutes(12));
        Assert.True(world.Last!.Condition == "steady", $"seed {seed}: {world.Last.Condition}: {world.Last.Sentence}");
        Assert.True(world.Ready == world.Rules.Min, $"seed {seed}: {world.Ready} ready");
    }

    static bool Disturb(PoolWorld world, Random random)
    {
        var victim = world.Processes.Values.ElementAtOrDefault(random.Next(8));
        switch (random.Next(40))
        {
            case 0 when victim is not null:
                (victim.Ended, victim.LeavesOthers) = (victim.Ended ?? "killed by SIGKILL", random.Next(3) == 0);
                return true;
            case 1 when victim is not null:
                (victim.DownSince, victim.Stopped) = (victim.DownSince ?? world.Now, random.Next(2) == 0);
                return true;
            case 2 when victim is not null:
                victim.Busy = !victim.Busy;
                return false;
            case 3:
                world.State = world.State with { Generation = world.State.Generation + 1 };
                return false;
            case 5:
                (world.GrowthHeld, world.SurgeHeld, world.Shedding) = (random.Next(2) == 0, random.Next(4) == 0, random.Next(8) == 0);
                return false;
            case 6 when victim is not null:
                (victim.Unwanted, victim.OutFirst) = ("memory runs out", random.Next(2) == 0);
                // Told by the guard, the pool gives it up even where its replacement for the one before is not ready yet.
                return victim.OutFirst;
            case 4:
                (world.Queued, world.Load) = (random.Next(2) * 10, random.Next(30));
                return false;
            default:
                return false;
        }
    }

    static void Check(PoolWorld world, int seed, int step, int readyBefore, bool disturbed)
    {
        var where = $"seed {seed}, step {step}";
        foreach (var worker in world.State.Workers.Where(worker => worker.Leaving))
            Assert.True(world.Now - worker.LeavingSince <= world.Rules.StopWithin + TimeSpan.FromSeconds(1.5), $"{where}: {worker.Id} outlives its deadline");
        Assert.True(world.Ready <= world.State.Wanted + 1, $"{where}: {world.Ready} ready of {world.State.Wanted}");
        Assert.Equal(world.State.Workers.Count, world.State.Workers.Select(worker => worker.Id).Distinct().Count());
        // Only what ended by itself or was down may cost capacity: the pool itself takes none below what is wanted.
        var anyDown = world.Processes.Values.Any(process => process.DownSince is not null || process.Ended is not null);
        // What leaves first for want of memory is the exception.
        var givenUp = world.State.Workers.Count(worker => worker.Leaving && worker.OutFirst);
        Assert.True(givenUp == 0 || world.State.Count(WorkerPhase.Ready) + world.State.Count(WorkerPhase.Starting) + givenUp <= world.State.Wanted + world.Rules.AtOnce.Of(world.State.Wanted), $"{where}: replaced before it is gone");
        if (!disturbed && !anyDown && world.Ready < readyBefore)
            Assert.True(world.Ready + givenUp >= world.State.Wanted, $"{where}: went from {readyBefore} to {world.Ready} ready while {world.State.Wanted} are wanted");
    }
}
