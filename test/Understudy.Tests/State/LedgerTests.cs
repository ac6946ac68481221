using Understudy.Decisions.Workers;
using Understudy.State;

namespace Understudy.Tests.State;

public sealed class LedgerTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly Database _database;

    public LedgerTests() => _database = new Database(_folder["state.db"]);

    [Theory]
    [InlineData(WorkerPhase.Starting)]
    [InlineData(WorkerPhase.Ready)]
    [InlineData(WorkerPhase.Draining)]
    [InlineData(WorkerPhase.Stopping)]
    public void A_worker_is_read_as_it_was_written(WorkerPhase phase)
    {
        var written = new LedgerWorker
        {
            State = new WorkerState { Id = "shop.web.7", Generation = 3, Phase = phase, StartedAt = TimeSpan.FromSeconds(5), ReadyAt = TimeSpan.FromSeconds(6), LeavingSince = TimeSpan.FromSeconds(7), Reason = "because" },
            Release = "local",
            Pid = 123,
            StartTicks = 456,
            Port = 5000,
            Requests = 89,
        };
        new Ledger(_database).Write(written);
        Assert.Equal(written, Assert.Single(new Ledger(_database).Workers()));
    }

    [Fact]
    public void Workers_of_another_boot_are_not_known()
    {
        var ledger = new Ledger(_database);
        ledger.Write(new LedgerWorker { State = new WorkerState { Id = "shop.web.1", Generation = 1, Phase = WorkerPhase.Ready, StartedAt = TimeSpan.Zero }, Release = "local" });
        _database.Execute("UPDATE workers SET boot = 'another'");
        Assert.Empty(ledger.Workers());
    }

    [Fact]
    public void A_forgotten_worker_is_gone_and_a_pool_is_kept()
    {
        var ledger = new Ledger(_database);
        var pool = new LedgerPool("shop.web", 2, 9, 3, "hash", 1, null);
        ledger.Write(pool);
        ledger.Write(new LedgerWorker { State = new WorkerState { Id = "shop.web.1", Generation = 1, Phase = WorkerPhase.Ready, StartedAt = TimeSpan.Zero }, Release = "local" });
        ledger.Forget("shop.web.1");
        Assert.Empty(ledger.Workers());
        Assert.Equal(pool, ledger.Pool("shop.web"));
        Assert.Null(ledger.Pool("shop.jobs"));
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }
}
