using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

/// <summary>Seeded histories of workers that start, end, are left behind and hang, of agents that die, and of a kernel and ledgers that change between two reads.</summary>
public class StaleSimulationTests
{
    [Fact]
    public void No_counted_worker_is_ever_touched_and_no_stale_one_outlives_its_deadline()
    {
        for (var seed = 0; seed < 300; seed++)
            new History(seed).Run();
    }

    sealed class History(int seed)
    {
        static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

        readonly Random _random = new(seed);
        readonly StaleWorld _world = new();
        readonly Dictionary<string, TimeSpan> _orphanedAt = [];
        readonly bool _reports = seed % 5 == 0;
        TimeSpan _agentSince;
        int _number;

        public void Run()
        {
            _agentSince = _world.Now;
            _world.ObeysTerm = id => id[^1] % 2 == 0;
            if (_reports)
                _world.Rules = _world.Rules with { Host = StalePolicy.Report };
            for (var step = 0; step < 400; step++)
            {
                if (_random.Next(60) == 0)
                    // The next agent knows what was written down, and nothing else.
                    (_world.State, _agentSince) = (new StaleState(), _world.Now);
                var before = _world.Acted.Count;
                var counted = _world.Current.Keys.ToHashSet();
                var again = _world.Turn(() => Happen(_random.Next(3))).LookAgain;
                Check(before, counted);
                Happen(_random.Next(3));
                _world.Now += again ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(1);
            }
        }

        void Happen(int events)
        {
            for (; events > 0; events--)
            {
                var some = _world.Current.Keys.Order(StringComparer.Ordinal).ElementAtOrDefault(_random.Next(6));
                switch (_random.Next(10))
                {
                    case < 4:
                        // Written down, and then it runs.
                        var id = $"shop.web.{++_number}";
                        _world.Counted(id).Runs(id, _random.Next(1, 4), firstPid: _random.Next(2, 40));
                        break;
                    case < 7 when some is not null:
                        // All of it ends, and then it is forgotten.
                        _world.Ends(some);
                        _world.Current.Remove(some);
                        break;
                    case 7 when some is not null:
                        // Its pool lets it go past its deadline.
                        _world.Records[some] = new StaleRecord(some, _world.Now, "was to leave", Abandoned: true);
                        _world.Current.Remove(some);
                        _orphanedAt[some] = _world.Now;
                        break;
                    case 8 when some is not null:
                        // The state is lost.
                        _world.Current.Remove(some);
                        _orphanedAt[some] = _world.Now;
                        break;
                }
            }
        }

        void Check(int before, HashSet<string> counted)
        {
            var where = $"seed {seed} at {_world.Now}";
            foreach (var action in _world.Acted.Skip(before))
            {
                var id = action switch { StaleAction.Kill kill => kill.Id, StaleAction.Ask ask => ask.Id, StaleAction.Tell { Kind: "stale.found" } tell => tell.Id, _ => null };
                if (id is null)
                    continue;
                Assert.True(_orphanedAt.ContainsKey(id), $"{where}: {action} though somebody counted it{(counted.Contains(id) ? "" : " until a moment ago")}");
                Assert.True(!_reports || action is StaleAction.Tell, $"{where}: {action} with stale: report");
            }
            foreach (var (id, at) in _orphanedAt.Where(orphan => _world.Lives(orphan.Key)))
            {
                var known = Later(at, _agentSince);
                // Read at most a second later, looked at again 100 ms after that; and what happened during this very look is the next one's.
                if (_world.Now - known >= TimeSpan.FromSeconds(2))
                    Assert.True(_world.State.Stale.ContainsKey(id), $"{where}: {id} was not found within 2 s");
                if (!_reports)
                    Assert.True(_world.Now - known <= Patience + TimeSpan.FromSeconds(3), $"{where}: {id} outlives its deadline");
            }
        }

        static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
    }
}
