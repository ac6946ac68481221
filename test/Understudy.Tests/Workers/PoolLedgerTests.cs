using Understudy.Decisions.Config;
using Understudy.Decisions.Sampling;
using Understudy.Decisions.Workers;
using Understudy.State;
using Understudy.Workers;

namespace Understudy.Tests.Workers;

/// <summary>A disk that takes no more: the ledger goes aside, and back once there is room.</summary>
public sealed class PoolLedgerTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly Database _database;
    readonly HostedApp _app;

    public PoolLedgerTests()
    {
        _database = new Database(_folder["state.db"]);
        _app = new HostedApp(new AppConfig { App = "shop", Processes = [new ProcessConfig { Name = "web", Command = "serve", MinWorkers = 2, MaxWorkers = 4 }] }, _folder.Path, null, HostedApp.Local);
    }

    [Fact]
    public void What_a_full_disk_refuses_is_known_to_the_next_agent()
    {
        using (var ledger = Open())
        {
            var pool = Pool(ledger);
            pool.Write(State(1, 1, 2), Workers(1, 2));
            Fill();
            pool.Write(State(2, 2, 3), Workers(2, 3));
        }
        using (var next = Open())
        {
            var resumed = Pool(next).Resume();
            Assert.Equal(["shop.web.2", "shop.web.3"], resumed.Workers.Select(worker => worker.Id));
            Assert.Equal((2, 4), (resumed.Generation, resumed.NextNumber));
        }
    }

    [Fact]
    public void Once_there_is_room_all_of_it_is_written_where_it_belongs_and_nothing_is_left_aside()
    {
        using (var ledger = Open())
        {
            var pool = Pool(ledger);
            pool.Write(State(1, 1, 2), Workers(1, 2));
            Fill();
            pool.Write(State(1, 2, 3), Workers(2, 3));
            Empty();
            // Nothing has changed since: what is behind is caught up all the same.
            pool.Write(State(1, 2, 3), Workers(2, 3));
            Assert.Null(ledger.Aside!.Pool("shop.web"));
        }
        using var only = new Ledger(_database);
        Assert.Equal(["shop.web.2", "shop.web.3"], only.Workers().Select(worker => worker.State.Id));
        Assert.Equal(4, only.Pool("shop.web")!.NextNumber);
    }

    [Fact]
    public void A_worker_that_ended_while_no_agent_ran_does_not_stop_the_next_one_on_a_full_disk()
    {
        using (var ledger = Open())
            Pool(ledger).Write(State(1, 1), Workers(1));
        Fill();
        using var next = Open();
        var pool = Pool(next);
        var state = pool.Resume();
        Assert.Empty(pool.Living(new Understudy.Linux.MarkerOwnership("nobodys", "a test has no need of more")));
        pool.Write(state, new Dictionary<string, Worker>());
        Assert.Empty(Pool(next).Resume().Workers);
    }

    [Fact]
    public void Where_nothing_takes_it_the_pool_goes_on_and_the_next_room_is_taken()
    {
        Directory.CreateDirectory(_folder["ledger.db"]);
        using var ledger = Open();
        var pool = Pool(ledger);
        pool.Write(State(1, 1), Workers(1));
        Fill();
        pool.Write(State(1, 2), Workers(2));
        Empty();
        pool.Write(State(1, 2), Workers(2));
        Assert.Equal("shop.web.2", Assert.Single(ledger.Workers()).State.Id);
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    Ledger Open() => new(_database, _folder["ledger.db"]);

    PoolLedger Pool(Ledger ledger) => new(_app, _app.Config.Processes[0], ledger, StalePolicy.Reap);

    // Every write is refused, as on a full disk.
    void Fill() => _database.Execute("PRAGMA query_only = 1");

    void Empty() => _database.Execute("PRAGMA query_only = 0");

    static PoolState State(int generation, params int[] workers) => new()
    {
        Generation = generation,
        NextNumber = workers.Max() + 1,
        Wanted = workers.Length,
        Workers = [.. workers.Select(number => new WorkerState { Id = $"shop.web.{number}", Generation = generation, Phase = WorkerPhase.Ready, StartedAt = TimeSpan.FromSeconds(number) })],
    };

    static Dictionary<string, Worker> Workers(params int[] numbers) =>
        numbers.Select(number => new Worker($"shop.web.{number}") { Release = HostedApp.Local, Port = 5000 + number, StartedAt = TimeSpan.Zero, Pid = int.MaxValue - number, StartTicks = 1 }).ToDictionary(worker => worker.Id);
}
