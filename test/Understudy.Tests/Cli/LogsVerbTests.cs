using System.Text.Json;

namespace Understudy.Tests.Cli;

public sealed class LogsVerbTests : IDisposable
{
    readonly string root = Directory.CreateTempSubdirectory("us-logs-").FullName;

    public LogsVerbTests()
    {
        Write("shop.web.1", "one\ntwo\nthree\n");
        Write("shop.web.12", "\e[31mred\e[0m\n");
        Write("shop.jobs.3", "job\n");
        Write("blog.web.4", "post\n");
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Each_line_has_its_workers_name_and_piped_it_is_as_the_worker_wrote_it()
    {
        var ran = await Ran.Verb("logs", "web.12", "--root", root);
        Assert.Equal((0, "web.12   | \e[31mred\e[0m\n"), (ran.Code, ran.Out));
    }

    [Theory]
    [InlineData("web", "blog.web.4 shop.web.1 shop.web.12")]
    [InlineData("web.1", "shop.web.1")]
    [InlineData("jobs", "shop.jobs.3")]
    public async Task A_pool_or_a_worker_chooses(string what, string ids)
    {
        var ran = await Ran.Verb("logs", what, "--json", "-n", "1", "--root", root);
        var found = ran.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => $"{line.GetProperty("app").GetString()}.{line.GetProperty("worker").GetString()}");
        Assert.Equal(ids, string.Join(' ', found.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task The_last_lines_of_one_app() => Assert.Equal("web.1    | two\nweb.1    | three\n", (await Ran.Verb("logs", "web.1", "--app", "shop", "-n", "2", "--root", root)).Out);

    [Fact]
    public async Task A_worker_without_a_log_is_refused_with_those_that_have_one()
    {
        var ran = await Ran.Verb("logs", "wep", "--root", root);
        Assert.Equal(2, ran.Code);
        Assert.StartsWith("No worker that matches \"wep\" has a log in ", ran.Error);
        Assert.Contains("web.12", ran.Error);
    }

    [Fact]
    public async Task An_empty_place_says_where_it_looked()
    {
        var ran = await Ran.Verb("logs", "--root", Path.Combine(root, "elsewhere"));
        Assert.Equal(1, ran.Code);
        Assert.Contains("elsewhere/log/workers", ran.Error);
    }

    void Write(string id, string text)
    {
        var path = new Paths(root).WorkerLog(id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
