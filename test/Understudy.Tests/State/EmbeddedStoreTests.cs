using Understudy.State;

namespace Understudy.Tests.State;

public sealed class EmbeddedStoreTests : StoreContract, IDisposable
{
    readonly TemporaryFolder _folder = new();
    Database _database;
    EmbeddedStore _store;

    public EmbeddedStoreTests()
    {
        _database = new Database(_folder["state.db"]);
        _store = new EmbeddedStore(_database, TimeProvider.System);
    }

    private protected override IStore Store => _store;

    [Fact]
    public async Task It_is_all_there_when_the_file_is_opened_again()
    {
        var first = await Done(new StoreTransaction().Put("a", "1"));
        var second = await Done(new StoreTransaction().Put("a", "2"));
        _database.Dispose();
        _database = new Database(_folder["state.db"]);
        _store = new EmbeddedStore(_database, TimeProvider.System);
        Assert.Equal("2", (await _store.Get("a", TestContext.Current.CancellationToken))!.Text);
        Assert.Equal("1", Assert.Single((await _store.List("a", first, TestContext.Current.CancellationToken))!.Entries).Text);
        Assert.Equal(second + 1, await Done(new StoreTransaction().Put("b", "1")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("ümlaut")]
    [InlineData("line\n")]
    public void What_stores_could_order_differently_is_no_key(string key) => Assert.Throws<ArgumentException>(() => new StoreTransaction().Put(key, ""));

    [Fact]
    public void A_transaction_too_large_for_a_fleet_is_refused_on_one_host_too()
    {
        Assert.Throws<InvalidOperationException>(() => new StoreTransaction().Put("a", new byte[StoreTransaction.MostBytes]).Put("b", "1"));
        Assert.Throws<InvalidOperationException>(() => Enumerable.Range(0, StoreTransaction.MostSteps + 1).Aggregate(new StoreTransaction(), (all, i) => all.Put($"{i}", "")));
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }
}
