using System.Collections.Concurrent;
using System.Text.Json;
using Understudy.Decisions.Proxying;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

public sealed class RouteFileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("understudy-routes-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string FilePath => Path.Combine(folder, "run", "routes.json");

    void Write(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath + ".new", text);
        File.Move(FilePath + ".new", FilePath, overwrite: true);
    }

    static string Table(long revision) => JsonSerializer.Serialize(
        new RouteTable(revision, [ProxyUnderTest.App("app", ["a.example"], pool => pool)]) { AccessLog = true, TrustedProxies = ["10.0.0.0/8"] }, JsonProxying.Default.RouteTable);

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"revision\":2,\"apps\":[null]}")]
    [InlineData("{\"revision\":2,\"apps\":[{\"app\":\"a\"}]}")]
    [InlineData("{\"revision\":2,\"apps\":[{\"app\":\"a\",\"domains\":[],\"certificatePath\":null,\"keyPath\":null,\"pool\":{\"name\":\"web\"}}]}")]
    [InlineData("not json at all")]
    [InlineData("")]
    public async Task A_file_that_is_no_table_is_told_of_and_changes_nothing(string text)
    {
        var complaints = new ConcurrentQueue<string>();
        Write(text);
        await using var file = new RouteFile(FilePath, _ => Assert.Fail("applied"), complaints.Enqueue);
        file.Start();
        Assert.Single(complaints);
    }

    [Fact]
    public async Task A_table_of_an_older_agent_lacks_what_is_newer()
    {
        RouteTable? applied = null;
        Write("{\"revision\":2,\"apps\":[{\"app\":\"a\",\"pool\":{\"name\":\"web\",\"concurrency\":5,\"queueLength\":1,\"queueWait\":\"00:00:01\",\"requestTimeout\":\"00:00:30\",\"bodyBytes\":9,\"readyPath\":\"/up\",\"workers\":[]},\"domains\":[],\"certificatePath\":null,\"keyPath\":null}]}");
        await using var file = new RouteFile(FilePath, table => applied = table, Assert.Fail);
        file.Start();
        Assert.NotNull(applied);
        Assert.Empty(applied.TrustedProxies);
        Assert.False(applied.Apps[0].Pool.RetryIdempotencyKey);
    }

    [Fact]
    public async Task A_replaced_file_is_applied_and_a_damaged_one_leaves_the_last_good_table_in_force()
    {
        var applied = new ConcurrentQueue<RouteTable>();
        var complaints = new ConcurrentQueue<string>();
        Write(Table(1));
        await using var file = new RouteFile(FilePath, applied.Enqueue, complaints.Enqueue);
        file.Start();
        Assert.Equal(1, applied.Single().Revision);
        Assert.True(applied.Single().AccessLog);
        Assert.Equal("a.example", applied.Single().Apps[0].Domains[0]);

        Write("{\"revision\": 2, \"apps\": [{\"app\"");
        await Eventually.True(() => !complaints.IsEmpty, "it complains");
        Assert.Contains(FilePath, complaints.Single(), StringComparison.Ordinal);
        Assert.Single(applied);

        Write(Table(3));
        await Eventually.True(() => applied.Count == 2, "the good one is applied");
        Assert.Equal(3, applied.Last().Revision);
        File.Delete(FilePath);
        Write(Table(4));
        await Eventually.True(() => applied.Last().Revision == 4, "after a deletion too");
        Assert.Single(complaints);
    }

    [Fact]
    public async Task A_file_that_is_not_there_yet_is_waited_for()
    {
        var applied = new ConcurrentQueue<RouteTable>();
        await using var file = new RouteFile(FilePath, applied.Enqueue, _ => { });
        file.Start();
        Assert.Empty(applied);
        Write(Table(1));
        await Eventually.True(() => applied.Count == 1, "applied");
    }
}
