using Understudy.Decisions.Releases;
using Understudy.Decisions.Workers;
using Understudy.Tests.Decisions.Workers;

namespace Understudy.Tests.Decisions.Releases;

/// <summary>Seeded rollouts over a real pool decision: good releases and bad ones, with crashes and dead agents on the way.</summary>
public class RolloutSimulationTests
{
    [Fact]
    public void Every_rollout_ends_with_one_release_and_never_leaves_the_site_without_workers()
    {
        for (var seed = 0; seed < 300; seed++)
            new History(seed).Run();
    }

    /// <summary>One pool that goes from the release `old` to the release `new`.</summary>
    sealed class History(int seed)
    {
        readonly Random _random = new(seed);
        readonly PoolWorld _world = new();
        readonly HashSet<string> _new = [];
        RolloutState _state = new();
        bool _isNew;
        bool _crashing;

        public void Run()
        {
            var workers = _random.Next(1, 5);
            _world.Rules = _world.Rules with { Min = workers, Max = workers, ReadyWithin = TimeSpan.FromSeconds(5), StopWithin = TimeSpan.FromSeconds(5) };
            _world.ObeysSignal = number => number % 3 != 0;
            var bad = _random.Next(3) == 0;
            _world.GetsReady = number => !(bad && _new.Contains($"shop.web.{number}"));
            _world.Pass(TimeSpan.FromSeconds(5));
            // The release that is left may be the one that dies over and over.
            _crashing = _random.Next(4) == 0;
            if (_crashing)
                _world.Pass(TimeSpan.FromSeconds(_random.Next(30)));
            var worseFrom = _random.Next(4) == 0 ? _world.Now + TimeSpan.FromSeconds(_random.Next(1, 30)) : TimeSpan.MaxValue;
            _state = _state with { Since = _world.Now };
            var accident = TimeSpan.Zero;
            var plan = new RolloutPlan(["web"], TimeSpan.FromSeconds(10), First: false);
            for (var step = 0; step < 6000 && !_state.IsOver; step++)
            {
                if (_random.Next(400) == 0 && Kill())
                    accident = _world.Now;
                if (_random.Next(300) == 0)
                    Resume();
                var turn = RolloutDecision.Turn(_state, plan, Observe(worseFrom), _world.Now);
                _state = turn.State;
                foreach (var action in turn.Actions)
                    Perform(action);
                Pass();
                if (_crashing)
                    foreach (var process in _world.Processes.Values.Where(process => !_new.Contains($"shop.web.{process.Number}") && _random.Next(30) == 0))
                        process.Ended ??= "exit code 1";
                // The rollout itself takes nobody away; after an accident a pool has the time of one worker that does not get ready, and of one that does.
                if (!_crashing && _world.Now - accident > TimeSpan.FromSeconds(15))
                    Assert.True(_world.Ready > 0, $"seed {seed}, step {step}: nobody serves in {_state.Phase}");
                if (bad)
                    Assert.DoesNotContain(_world.State.Workers, worker => worker.Phase == WorkerPhase.Ready && _new.Contains(worker.Id));
            }
            Assert.True(_state.IsOver, $"seed {seed}: still {_state.Phase}");
            var crashing = _crashing;
            _crashing = false;
            for (var i = 0; i < 1200 && _world.Last!.Condition != "steady"; i++)
                Pass();
            var done = _state.Phase == RolloutPhase.Done;
            Assert.True(done || bad || !crashing || worseFrom < TimeSpan.MaxValue || accident > TimeSpan.Zero, $"seed {seed}: a good release did not take the place of one that crashes: {_state.Reason}");
            Assert.False(done && bad, $"seed {seed}: a release that never gets ready was taken");
            Assert.All(_world.State.Workers, worker => Assert.True(_new.Contains(worker.Id) == done, $"seed {seed}: {_state.Phase} and {worker.Id} is of the other release"));
            Assert.Equal(workers, _world.Ready);
        }

        RolloutObservation Observe(TimeSpan worseFrom)
        {
            var pool = PoolChange.Look(_world.State, "web", true, true);
            return new RolloutObservation(_state.Begun.Count > 0 ? [pool] : [], 0, _world.Now >= worseFrom && pool.NewReady > 0 && _isNew ? "worse" : null, null);
        }

        /// <summary>A worker ends by itself.</summary>
        bool Kill()
        {
            var living = _world.Processes.Values.Where(process => process.Ended is null).ToList();
            if (living.Count > 0)
                living[_random.Next(living.Count)].Ended = "killed by SIGKILL";
            return living.Count > 0;
        }

        /// <summary>The agent dies, and the next one goes on with what is written down.</summary>
        void Resume()
        {
            if (_state.Begun.Count == 0)
                return;
            var back = _state.Phase == RolloutPhase.RollingBack;
            _state = new RolloutState { Since = _world.Now, Begun = ["web"], Phase = back ? RolloutPhase.RollingBack : RolloutPhase.Rolling, Reason = _state.Reason };
            _world.State = PoolChange.To(_world.State, id => _new.Contains(id) == _isNew, hold: false);
        }

        void Perform(RolloutAction action)
        {
            switch (action)
            {
                case RolloutAction.Begin begin:
                    _isNew = true;
                    _world.State = PoolChange.To(_world.State, _new.Contains, begin.Hold);
                    break;
                case RolloutAction.Proceed:
                    _world.State = PoolChange.Proceed(_world.State);
                    break;
                case RolloutAction.Back:
                    _isNew = false;
                    _world.State = PoolChange.Back(_world.State, id => !_new.Contains(id));
                    break;
            }
        }

        void Pass()
        {
            var before = _world.State.Workers.Select(worker => worker.Id).ToHashSet();
            var next = $"shop.web.{_world.State.NextNumber}";
            if (_isNew)
                _new.Add(next);
            _world.Pass(TimeSpan.FromMilliseconds(100));
            foreach (var worker in _world.State.Workers.Where(worker => !before.Contains(worker.Id)))
            {
                if (_isNew)
                    _new.Add(worker.Id);
                else
                    _new.Remove(worker.Id);
            }
            if (_world.State.Workers.All(worker => worker.Id != next))
                _new.Remove(next);
        }
    }
}
