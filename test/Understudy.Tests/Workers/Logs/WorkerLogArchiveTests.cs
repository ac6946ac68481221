using System.Diagnostics;
using Understudy.Workers.Logs;

namespace Understudy.Tests.Workers.Logs;

public sealed class WorkerLogArchiveTests : IDisposable
{
    const string Web1 = "shop.web.1";
    readonly LogFolder logs = new();

    public void Dispose() => logs.Dispose();

    [Fact]
    public async Task A_log_past_its_size_is_archived_to_line_ends_and_its_head_gives_its_space_back()
    {
        logs.AppendLines(Web1, 0, 2_000);
        Assert.Equal("archived 4 parts of logs and removed 0 logs of workers that are gone", logs.Archive(bytes: 9_990).Turn([Web1]));

        Assert.Equal(
            ["shop.web.1.log", "shop.web.1.log.0-9980.gz", "shop.web.1.log.19960-29940.gz", "shop.web.1.log.29940-39920.gz", "shop.web.1.log.9980-19960.gz"],
            logs.Files);
        Assert.Equal(40_000, new FileInfo(logs.Log(Web1)).Length);
        Assert.InRange(logs.LiveBytes(Web1), 1, 8_192);
        Assert.Equal(LogFolder.Lines(0, 2_000), await logs.Tail(-1, Web1));
    }

    [Fact]
    public void A_log_within_its_size_is_left_alone()
    {
        logs.AppendLines(Web1, 0, 500);
        Assert.Equal("no action; 1 logs are within bounds", logs.Archive(bytes: 10_000).Turn([Web1]));
        Assert.Equal(["shop.web.1.log"], logs.Files);
    }

    [Fact]
    public void Without_any_log_there_is_nothing_to_do() =>
        Assert.Equal("no worker has written a log yet", new WorkerLogArchive(new Paths("/nowhere"), 1, 1, 1, _ => { }).Turn([]));

    public static TheoryData<int> StepsOfArchivingThreeParts => [.. Enumerable.Range(0, 16)];

    [Theory]
    [MemberData(nameof(StepsOfArchivingThreeParts))]
    public async Task An_agent_killed_after_any_step_loses_and_repeats_nothing(int steps)
    {
        logs.AppendLines(Web1, 0, 1_600);
        var done = logs.Archive().Steps(logs.Log(Web1)).Take(steps).ToList();
        Assert.Equal(Math.Min(steps, 14), done.Count);
        Assert.Equal(LogFolder.Lines(0, 1_600), await logs.Tail(-1, Web1));

        logs.AppendLines(Web1, 1_600, 900);
        logs.Archive().Turn([Web1]);

        Assert.Equal(LogFolder.Lines(0, 2_500), await logs.Tail(-1, Web1));
        Assert.DoesNotContain(logs.Files, file => file.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.InRange(logs.LiveBytes(Web1), 1, 10_000 + 4_096);
    }

    [Fact]
    public async Task An_archive_half_written_by_a_killed_agent_is_thrown_away()
    {
        logs.AppendLines(Web1, 0, 100);
        File.WriteAllBytes(logs.Log(Web1) + ".0-1000.gz.tmp", [0x1f, 0x8b, 8]);
        logs.Archive().Turn([Web1]);
        Assert.Equal(["shop.web.1.log"], logs.Files);
        Assert.Equal(100, (await logs.Tail(-1, Web1)).Count);
    }

    [Fact]
    public async Task Only_so_many_archives_are_kept_and_what_is_gone_is_said()
    {
        logs.AppendLines(Web1, 0, 3_200);
        logs.Archive(kept: 2).Turn([Web1]);

        Assert.Equal(3, logs.Files.Length);
        Assert.Equal(LogFolder.Lines(2_000, 1_200), await logs.Tail(-1, Web1));

        using var slow = WorkerLogReader.Open(logs.Log(Web1))!;
        Assert.Equal("(understudy: 40000 bytes of this log were removed before they were read)", new FollowedLog(slow).Next([])[0]);
    }

    [Fact]
    public async Task Without_archives_only_the_live_part_is_kept()
    {
        logs.AppendLines(Web1, 0, 1_600);
        logs.Archive(kept: 0).Turn([Web1]);
        Assert.Equal(LogFolder.Lines(1_500, 100), (await logs.Tail(-1, Web1))[^100..]);
        Assert.InRange(logs.LiveBytes(Web1), 1, 6_096);
    }

    [Fact]
    public async Task A_line_longer_than_an_archive_is_cut_and_read_as_one()
    {
        var line = new string('x', 35_000);
        logs.Append(Web1, $"a\n{line}\nb\n");
        logs.Archive().Turn([Web1]);
        Assert.Equal(["a", line, "b"], await logs.Tail(-1, Web1));
    }

    [Fact]
    public void Of_workers_that_are_gone_the_newest_logs_of_each_pool_are_kept()
    {
        foreach (var id in (string[])["shop.web.1", "shop.web.2", "shop.web.3", "shop.web.9", "shop.web.10", "shop.jobs.4", "other.web.5"])
            logs.AppendLines(id, 0, 1);
        logs.AppendLines("shop.web.2", 1, 1_000);
        logs.Append("notes", "not a worker's");

        logs.Archive(dead: 2).Turn(["shop.web.3"]);

        Assert.Equal(["notes.log", "other.web.5.log", "shop.jobs.4.log", "shop.web.10.log", "shop.web.3.log", "shop.web.9.log"], logs.Files);
    }

    [Fact]
    public async Task A_log_that_somebody_emptied_begins_again()
    {
        var archive = logs.Archive();
        logs.AppendLines(Web1, 0, 1_600);
        archive.Turn([Web1]);
        File.WriteAllText(logs.Log(Web1), "");
        logs.AppendLines(Web1, 9_000, 10);
        archive.Turn([Web1]);

        Assert.Equal(LogFolder.Lines(9_000, 10), await logs.Tail(-1, Web1));
        Assert.Contains("shop.web.1.log.cut-0-10000.gz", logs.Files);
        logs.AppendLines(Web1, 9_010, 1_000);
        archive.Turn([Web1]);
        Assert.Equal(LogFolder.Lines(9_000, 1_010), await logs.Tail(-1, Web1));
    }

    [Fact]
    public void A_log_that_cannot_be_kept_is_reported_once_and_the_others_go_on()
    {
        logs.AppendLines(Web1, 0, 1_000);
        logs.AppendLines("shop.web.2", 0, 1_000);
        Directory.CreateDirectory(logs.Log(Web1) + ".0-10000.gz.tmp");
        var archive = logs.Archive();

        archive.Turn([Web1, "shop.web.2"]);
        archive.Turn([Web1, "shop.web.2"]);

        Assert.StartsWith($"the log {logs.Log(Web1)} cannot be kept within bounds: ", Assert.Single(logs.Reports));
        Assert.Contains("shop.web.2.log.0-10000.gz", logs.Files);
    }

    /// <summary>ramfs is the one file system of every kernel that has no holes.</summary>
    [Fact]
    public async Task Where_heads_cannot_be_released_it_is_said_once_and_the_log_is_left_whole()
    {
        var folder = Path.GetDirectoryName(logs.Log("x"))!;
        Assert.SkipUnless(await Run("mount", "-t", "ramfs", "none", folder) == 0, "needs root, to mount a file system without holes");
        try
        {
            logs.AppendLines(Web1, 0, 2_000);
            var archive = logs.Archive();
            Assert.Equal("no action; 1 logs are within bounds", archive.Turn([Web1]));
            archive.Turn([Web1]);
            Assert.Contains("grow without bound", Assert.Single(logs.Reports));
            Assert.Equal(["shop.web.1.log"], logs.Files);
            Assert.Equal(LogFolder.Lines(0, 2_000), await logs.Tail(-1, Web1));
        }
        finally
        {
            Assert.Equal(0, await Run("umount", folder));
        }
    }

    [Fact]
    public async Task Three_hundred_thousand_lines_survive_archiving_while_they_are_written_and_followed()
    {
        const int Count = 300_000;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        logs.Append(Web1, "");
        var followed = Follow(Count, timeout.Token);
        using var writer = Start("sh", "-c", $"i=1; while [ $i -lt {Count} ]; do seq -f 'line %08.0f xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' $i $((i+999)) >> {logs.Log(Web1)}; i=$((i+1000)); done");
        var archive = logs.Archive(bytes: 500_000);
        var during = 0;
        while (!writer.HasExited)
        {
            archive.Turn([Web1]);
            during = logs.Files.Length;
            await Task.Yield();
        }
        Assert.Equal(0, writer.ExitCode);
        archive.Turn([Web1]);

        Assert.True(during > 5, "archiving ran only after the writer had ended");
        AssertAll(await logs.Tail(-1, Web1), Count);
        AssertAll(await followed, Count);
        Assert.InRange(logs.LiveBytes(Web1), 0, 504_096);
    }

    async Task<List<string>> Follow(int count, CancellationToken cancellation)
    {
        await Task.Yield();
        var found = new List<string>(count);
        await foreach (var (_, line) in WorkerLogs.Tail(logs.Paths, () => [Web1], -1, follow: true, cancellation))
        {
            found.Add(line);
            if (found.Count == count)
                break;
        }
        return found;
    }

    static void AssertAll(List<string> lines, int count)
    {
        for (var i = 0; i < lines.Count; i++)
            if (!lines[i].StartsWith($"line {i + 1:D8} ", StringComparison.Ordinal))
                Assert.Fail($"line {i + 1} is \"{lines[i]}\" after \"{lines[Math.Max(0, i - 1)]}\"");
        Assert.Equal(count, lines.Count);
    }

    static async Task<int> Run(string command, params string[] arguments)
    {
        using var process = Start(command, arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    static Process Start(string command, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
}
