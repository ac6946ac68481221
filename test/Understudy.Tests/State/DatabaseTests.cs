using Understudy.State;

namespace Understudy.Tests.State;

public sealed class DatabaseTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    string File => _folder["state.db"];

    [Fact]
    public void A_new_file_is_brought_to_the_newest_schema_and_is_private()
    {
        using var database = new Database(File);
        Assert.Empty(database.Query("SELECT id FROM events", row => row.GetInt64(0)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public void What_was_written_is_there_after_reopening()
    {
        using (var database = new Database(File))
            new EventLog(database, TimeProvider.System).Add("worker.started", "web.1 was started", workerId: "shop.web.1");
        using var again = new Database(File);
        var kept = Assert.Single(new EventLog(again, TimeProvider.System).After(0, 10));
        Assert.Equal(("shop", "web", "web.1"), (kept.App, kept.Pool, kept.Worker));
    }

    [Fact]
    public void State_of_a_newer_version_is_refused_with_what_to_do()
    {
        using (var database = new Database(File))
            database.Execute("PRAGMA user_version = 999");
        var refusal = Assert.Throws<OperationRefused>(() => new Database(File));
        Assert.Contains("newer Understudy", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_refused_with_what_to_do()
    {
        System.IO.File.WriteAllText(File, new string('x', 10_000));
        var refusal = Assert.Throws<OperationRefused>(() => new Database(File));
        Assert.Contains(File, refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
