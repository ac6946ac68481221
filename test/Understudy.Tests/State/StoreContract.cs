using Understudy.State;

namespace Understudy.Tests.State;

/// <summary>What every store does. The embedded one is tested here, etcd in the lab, with these same tests.</summary>
public abstract class StoreContract
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private protected abstract IStore Store { get; }

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_holds_what_the_newest_transaction_wrote()
    {
        Assert.Null(await Store.Get("a/one", Ending));
        var first = await Done(new StoreTransaction().Put("a/one", "1"));
        var second = await Done(new StoreTransaction().Put("a/one", "2"));
        Assert.Equal(first + 1, second);
        Assert.Equal(("2", first, second), await Store.Get("a/one", Ending) is { } entry ? (entry.Text, entry.Created, entry.Changed) : default);
        await Done(new StoreTransaction().Delete("a/one"));
        Assert.Null(await Store.Get("a/one", Ending));
        var again = await Done(new StoreTransaction().Put("a/one", "3"));
        Assert.Equal(again, (await Store.Get("a/one", Ending))!.Created);
    }

    [Fact]
    public async Task Of_all_who_swap_the_same_revision_one_wins()
    {
        await Done(new StoreTransaction().Put("epoch", "0"));
        for (var round = 0; round < 3; round++)
        {
            var before = (await Store.Get("epoch", Ending))!;
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(one => Task.Run(() => Store.Commit(new StoreTransaction().When(before).Put("epoch", $"{round}.{one}"), Ending))));
            var done = Assert.Single(answers.OfType<StoreCommit.Done>());
            Assert.Equal(7, answers.OfType<StoreCommit.Refused>().Count());
            Assert.Equal(done.Revision, (await Store.Get("epoch", Ending))!.Changed);
        }
    }

    [Fact]
    public async Task A_refused_transaction_writes_nothing_and_says_what_is_there_instead()
    {
        var revision = await Done(new StoreTransaction().Put("there", "yes"));
        var refused = Assert.IsType<StoreCommit.Refused>(await Store.Commit(new StoreTransaction().WhenAbsent("there").WhenAbsent("nowhere").Put("b/one", "1").Put("b/two", "2"), Ending));
        Assert.Equal(("there", "yes", revision), Assert.Single(refused.Current) is var entry ? (entry.Key, entry.Text, entry.Changed) : default);
        Assert.Empty((await Store.List("b/", null, Ending))!.Entries);
        Assert.IsType<StoreCommit.Refused>(await Store.Commit(new StoreTransaction().When("nowhere", revision).Put("b/one", "1"), Ending));
        Assert.Empty((await Store.List("b/", null, Ending))!.Entries);
    }

    [Fact]
    public async Task All_the_writes_of_a_transaction_have_one_revision()
    {
        await Done(new StoreTransaction().Put("c/old", "1"));
        var revision = await Done(new StoreTransaction().WhenAbsent("c/new").Put("c/new", "1").Delete("c/old").Put("c/other", "1"));
        var listing = (await Store.List("c/", null, Ending))!;
        Assert.Equal(revision, listing.Revision);
        Assert.Equal([("c/new", revision), ("c/other", revision)], listing.Entries.Select(entry => (entry.Key, entry.Changed)));
    }

    [Fact]
    public async Task A_list_has_what_begins_so_in_order_and_nothing_else()
    {
        foreach (var key in (string[])["d/b", "d/a/z", "d/a", "d", "d.x", "e", "d/~"])
            await Done(new StoreTransaction().Put(key, key));
        Assert.Equal(["d/a", "d/a/z", "d/b", "d/~"], (await Store.List("d/", null, Ending))!.Entries.Select(entry => entry.Text));
        Assert.Equal(["d", "d.x", "d/a", "d/a/z", "d/b", "d/~", "e"], (await Store.List("", null, Ending))!.Entries.Select(entry => entry.Key));
    }

    [Fact]
    public async Task A_list_of_the_past_is_as_it_was_until_it_is_compacted_away()
    {
        await Done(new StoreTransaction().Put("f/gone", "1").Put("f/kept", "1"));
        var then = await Done(new StoreTransaction().Put("f/kept", "2"));
        var later = await Done(new StoreTransaction().Delete("f/gone").Put("f/kept", "3"));
        Assert.Equal(["1", "2"], (await Store.List("f/", then, Ending))!.Entries.Select(entry => entry.Text));
        await Store.Compact(later, Ending);
        Assert.Null(await Store.List("f/", then, Ending));
        Assert.Equal(["3"], (await Store.List("f/", later, Ending))!.Entries.Select(entry => entry.Text));
        Assert.Equal(["3"], (await Store.List("f/", null, Ending))!.Entries.Select(entry => entry.Text));
        await Store.Compact(then, Ending);
    }

    [Fact]
    public async Task A_watch_tells_each_transaction_once_in_order_and_whole()
    {
        var before = await Done(new StoreTransaction().Put("g/one", "1"));
        var swap = await Done(new StoreTransaction().Put("g/two", "2").Delete("g/one").Put("elsewhere", "x"));
        await using var watch = Store.Watch("g/", before, Ending).GetAsyncEnumerator(Ending);
        var changed = Assert.IsType<StoreNews.Changed>(await Next(watch));
        Assert.Equal(swap, changed.Revision);
        Assert.Equal([("g/one", null), ("g/two", "2")], changed.Changes.OrderBy(change => change.Key, StringComparer.Ordinal).Select(change => (change.Key, change.Entry?.Text)));
        await Done(new StoreTransaction().Put("elsewhere", "y"));
        var revisions = new List<long>();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
                revisions.Add(await Done(new StoreTransaction().Put("g/many", $"{i}")));
        }, Ending);
        var told = new List<(long, string)>();
        while (told.Count < 50)
            told.Add(await Next(watch) is StoreNews.Changed one ? (one.Revision, Assert.Single(one.Changes).Entry!.Text) : default);
        await writing;
        Assert.Equal(revisions.Select((revision, i) => (revision, $"{i}")), told);
    }

    [Fact]
    public async Task A_watch_from_nowhere_begins_with_the_list()
    {
        var revision = await Done(new StoreTransaction().Put("h/one", "1"));
        await using var watch = Store.Watch("h/", null, Ending).GetAsyncEnumerator(Ending);
        var listed = Assert.IsType<StoreNews.Listed>(await Next(watch));
        Assert.Equal((revision, "1"), (listed.Revision, Assert.Single(listed.Entries).Text));
        var next = await Done(new StoreTransaction().Put("h/two", "2"));
        Assert.Equal(next, Assert.IsType<StoreNews.Changed>(await Next(watch)).Revision);
    }

    [Fact]
    public async Task A_watch_from_before_a_compaction_lists_anew()
    {
        var old = await Done(new StoreTransaction().Put("i/gone", "1").Put("i/kept", "1"));
        var newest = await Done(new StoreTransaction().Delete("i/gone"));
        await Store.Compact(newest, Ending);
        await using var watch = Store.Watch("i/", old, Ending).GetAsyncEnumerator(Ending);
        var listed = Assert.IsType<StoreNews.Listed>(await Next(watch));
        Assert.Equal("i/kept", Assert.Single(listed.Entries).Key);
        var next = await Done(new StoreTransaction().Put("i/new", "1"));
        Assert.Equal(next, Assert.IsType<StoreNews.Changed>(await Next(watch)).Revision);
    }

    [Fact]
    public async Task A_watch_from_the_compaction_itself_misses_nothing_and_lists_nothing()
    {
        var known = await Done(new StoreTransaction().Put("j/one", "1"));
        var next = await Done(new StoreTransaction().Put("j/one", "2"));
        await Store.Compact(known, Ending);
        await using var watch = Store.Watch("j/", known, Ending).GetAsyncEnumerator(Ending);
        Assert.Equal(next, Assert.IsType<StoreNews.Changed>(await Next(watch)).Revision);
    }

    [Fact]
    public async Task A_commit_that_changes_nothing_is_done()
    {
        var entry = await Done(new StoreTransaction().Put("k", "1"));
        Assert.IsType<StoreCommit.Done>(await Store.Commit(new StoreTransaction().When("k", entry).Delete("not there"[..3]), Ending));
        Assert.Equal(entry, (await Store.Get("k", Ending))!.Changed);
    }

    [Fact]
    public async Task A_value_is_any_bytes_up_to_a_mebibyte()
    {
        var value = new byte[StoreTransaction.MostBytes];
        new Random(1).NextBytes(value);
        await Done(new StoreTransaction().Put("l", value).Put("l/empty", ""));
        Assert.True((await Store.Get("l", Ending))!.Value.Span.SequenceEqual(value));
        Assert.Equal(0, (await Store.Get("l/empty", Ending))!.Value.Length);
    }

    private protected async Task<long> Done(StoreTransaction transaction) => Assert.IsType<StoreCommit.Done>(await Store.Commit(transaction, Ending)).Revision;

    private protected static async Task<StoreNews> Next(IAsyncEnumerator<StoreNews> watch)
    {
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(Patience, Ending));
        return watch.Current;
    }
}
