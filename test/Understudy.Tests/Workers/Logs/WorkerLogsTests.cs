using Understudy.Workers.Logs;

namespace Understudy.Tests.Workers.Logs;

public sealed class WorkerLogsTests : IDisposable
{
    const string Web1 = "shop.web.1";
    const string Web2 = "shop.web.2";
    readonly LogFolder logs = new();
    readonly CancellationTokenSource timeout = new(TimeSpan.FromSeconds(20));

    public void Dispose()
    {
        timeout.Dispose();
        logs.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(600)]
    [InlineData(601)]
    [InlineData(1_100)]
    [InlineData(1_599)]
    [InlineData(1_600)]
    [InlineData(5_000)]
    public async Task The_last_lines_are_found_across_archives_and_the_live_part(int lines)
    {
        logs.AppendLines(Web1, 0, 1_600);
        Assert.Equal(LogFolder.Lines(0, 1_600).TakeLast(lines), await logs.Tail(lines, Web1));
        logs.Archive().Turn([Web1]);
        Assert.Equal(LogFolder.Lines(0, 1_600).TakeLast(lines), await logs.Tail(lines, Web1));
        logs.Append(Web1, "not yet ended");
        Assert.Equal(LogFolder.Lines(0, 1_600).Append("not yet ended").TakeLast(lines), await logs.Tail(lines, Web1));
    }

    [Fact]
    public async Task Each_workers_last_lines_come_worker_by_worker()
    {
        logs.AppendLines(Web1, 0, 10);
        logs.AppendLines(Web2, 100, 10);
        Assert.Equal([.. LogFolder.Lines(8, 2), .. LogFolder.Lines(108, 2)], await logs.Tail(2, Web1, "shop.web.77", Web2));
    }

    [Fact]
    public async Task What_comes_later_is_followed_from_new_workers_too()
    {
        logs.AppendLines(Web1, 0, 10);
        List<string> ids = [Web1];
        await using var lines = WorkerLogs.Tail(logs.Paths, () => [.. ids], 1, follow: true, timeout.Token).GetAsyncEnumerator();

        Assert.Equal((Web1, LogFolder.Lines(9, 1).Single()), await Next(lines));
        logs.Append(Web1, "half");
        logs.Append(Web1, " and half\r\n");
        Assert.Equal((Web1, "half and half"), await Next(lines));
        logs.AppendLines(Web2, 0, 2);
        ids.Add(Web2);
        Assert.Equal((Web2, LogFolder.Lines(0, 1).Single()), await Next(lines));
        Assert.Equal((Web2, LogFolder.Lines(1, 1).Single()), await Next(lines));
        ids.Remove(Web1);
        logs.Append(Web2, "last\n");
        Assert.Equal((Web2, "last"), await Next(lines));
    }

    [Fact]
    public async Task Following_ends_quietly_when_cancelled()
    {
        logs.AppendLines(Web1, 0, 1);
        var lines = WorkerLogs.Tail(logs.Paths, () => [Web1], 1, follow: true, timeout.Token).GetAsyncEnumerator();
        await Next(lines);
        var next = lines.MoveNextAsync();
        await timeout.CancelAsync();
        Assert.False(await next);
    }

    [Fact]
    public async Task A_log_emptied_while_followed_is_followed_from_its_new_beginning()
    {
        logs.AppendLines(Web1, 0, 10);
        await using var lines = WorkerLogs.Tail(logs.Paths, () => [Web1], 1, follow: true, timeout.Token).GetAsyncEnumerator();
        await Next(lines);
        File.WriteAllText(logs.Log(Web1), "");
        logs.Append(Web1, "new\n");
        Assert.Equal((Web1, "new"), await Next(lines));
    }

    [Fact]
    public async Task Zero_bytes_that_a_worker_wrote_are_kept()
    {
        logs.Append(Web1, "a\0b\n\0\n");
        Assert.Equal(["a\0b", "\0"], await logs.Tail(-1, Web1));
    }

    [Fact]
    public async Task A_damaged_archive_costs_its_own_lines_alone()
    {
        logs.AppendLines(Web1, 0, 1_600);
        logs.Archive().Turn([Web1]);
        File.WriteAllBytes(logs.Log(Web1) + ".10000-20000.gz", [1, 2, 3]);

        var lines = await logs.Tail(-1, Web1);

        Assert.Equal("(understudy: 10000 bytes of this log were removed before they were read)", Assert.Single(lines, line => line[0] == '('));
        Assert.Equal([.. LogFolder.Lines(0, 500), .. LogFolder.Lines(1_000, 600)], lines.Where(line => line[0] != '('));
    }

    [Fact]
    public async Task Archives_removed_by_hand_leave_a_hole_that_is_not_read_as_zeros()
    {
        logs.AppendLines(Web1, 0, 1_600);
        logs.Archive().Turn([Web1]);
        foreach (var archive in Directory.GetFiles(Path.GetDirectoryName(logs.Log(Web1))!, "*.gz"))
            File.Delete(archive);
        Assert.Equal(LogFolder.Lines(1_550, 50), await logs.Tail(50, Web1));
        Assert.InRange((await logs.Tail(-1, Web1)).Count, 100, 400);
    }

    [Fact]
    public void A_very_long_line_comes_in_pieces_that_cut_no_character()
    {
        var (splitter, lines) = (new LineSplitter(), new List<string>());
        var line = "x" + string.Concat(Enumerable.Repeat("é€😀", 40_000));
        foreach (var part in System.Text.Encoding.UTF8.GetBytes(line + "\nend\n").Chunk(1_000))
            splitter.Add(part, lines);

        Assert.Equal("end", lines[^1]);
        Assert.Equal(line, string.Concat(lines[..^1]));
        Assert.All(lines, piece => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(piece), 1, LineSplitter.LongestLine));
    }

    [Fact]
    public void Bytes_that_are_no_text_stop_nothing()
    {
        var (splitter, lines) = (new LineSplitter(), new List<string>());
        splitter.Add(Enumerable.Repeat((byte)0x80, 200_000).ToArray(), lines);
        splitter.Add([(byte)'\n', (byte)'\n'], lines);
        Assert.Equal(200_000 / LineSplitter.LongestLine + 2, lines.Count);
        Assert.Null(splitter.Rest());
    }

    static async Task<(string, string)> Next(IAsyncEnumerator<(string, string)> lines)
    {
        Assert.True(await lines.MoveNextAsync(), "the deadline came before the line");
        return lines.Current;
    }
}
