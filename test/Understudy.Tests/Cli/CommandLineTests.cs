using System.Text.Json;
using Understudy.Api;
using Understudy.Cli;
using Understudy.Tests.Api;

namespace Understudy.Tests.Cli;

public class CommandLineTests
{
    [Fact]
    public async Task Alone_it_lists_every_verb_that_is_not_hidden()
    {
        var ran = await Ran.Verb();
        Assert.Equal(0, ran.Code);
        Assert.All(Verbs.All, verb => Assert.Equal(verb.Group != VerbGroup.Hidden, ran.Out.Contains($"\n  {verb.Name} ", StringComparison.Ordinal)));
        Assert.DoesNotContain('\e', ran.Out);
    }

    [Fact]
    public void Each_verb_builds_under_the_name_in_the_table() =>
        Assert.All(Verbs.All, verb => Assert.Equal(verb.Name, verb.Build(new Screen(TextWriter.Null, TextWriter.Null, false, false, 80)).Name));

    [Theory]
    [InlineData("stauts", "status")]
    [InlineData("restrat", "restart")]
    [InlineData("log", "logs")]
    [InlineData("vers", "version")]
    public async Task An_unknown_verb_suggests_the_nearest(string typed, string meant)
    {
        var ran = await Ran.Verb(typed);
        Assert.Equal(2, ran.Code);
        Assert.Contains($"There is no verb \"{typed}\". Did you mean \"{meant}\"?", ran.Error);
        Assert.Empty(ran.Out);
    }

    [Fact]
    public async Task A_verb_like_no_other_gets_no_suggestion() => Assert.DoesNotContain("Did you mean", (await Ran.Verb("xyzzy")).Error);

    [Theory]
    [InlineData("status", "--colour")]
    [InlineData("status", "extra")]
    [InlineData("scale")]
    [InlineData("scale", "web=6-2")]
    [InlineData("run")]
    [InlineData("events", "-n", "0")]
    [InlineData("events", "-n", "many")]
    [InlineData("events", "--after", "-1")]
    [InlineData("completion", "powershell")]
    [InlineData("up", "--port", "0")]
    [InlineData("up", "--listen", "localhost")]
    [InlineData("up", "--port", "8081", "--listen", "http://127.0.0.1:8081")]
    [InlineData("up", "--command", " ")]
    [InlineData("up", "--metrics", "9464")]
    [InlineData("up", "/there/is/no/such/folder")]
    [InlineData("agent", "--root", "/there/is/no/such/folder")]
    public async Task Wrong_usage_exits_2_says_why_and_prints_nothing_else(params string[] args)
    {
        var ran = await Ran.Verb(args);
        Assert.Equal(2, ran.Code);
        Assert.NotEmpty(ran.Error);
        Assert.DoesNotContain("Exception", ran.Error);
        Assert.DoesNotContain("   at ", ran.Error);
        Assert.Empty(ran.Out);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("ps")]
    [InlineData("events")]
    [InlineData("restart")]
    [InlineData("scale", "web=2")]
    [InlineData("run", "--", "true")]
    public async Task Without_an_agent_it_exits_1_and_says_where_it_looked_and_what_to_start(params string[] args)
    {
        var ran = await Ran.Verb([args[0], "--root", "/there/is/none", .. args[1..]]);
        Assert.Equal(1, ran.Code);
        Assert.StartsWith("No agent is running here.", ran.Error);
        Assert.Contains("/there/is/none/run/agent.sock (as --root says)", ran.Error);
        Assert.Contains("understudy up", ran.Error);
    }

    [Fact]
    public async Task With_json_an_error_is_json_too()
    {
        var ran = await Ran.Verb("status", "--json", "--root", "/there/is/none");
        Assert.StartsWith("No agent", JsonDocument.Parse(ran.Error).RootElement.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Status_as_json_is_the_agents_document()
    {
        await using var host = await ApiHost.Start();
        var ran = await Ran.Verb("status", "--json", "--root", host.Folder);
        Assert.Equal(0, ran.Code);
        var app = JsonDocument.Parse(ran.Out).RootElement.GetProperty("apps")[0];
        Assert.Equal("shop", app.GetProperty("app").GetString());
        Assert.Equal(12_345, app.GetProperty("pools")[0].GetProperty("requests").GetInt64());
    }

    [Fact]
    public async Task Ps_as_json_is_an_array_with_what_scripts_need()
    {
        await using var host = await ApiHost.Start();
        var ran = await Ran.Verb("ps", "--json", "--root", host.Folder);
        var workers = JsonDocument.Parse(ran.Out).RootElement;
        Assert.Equal(3, workers.GetArrayLength());
        foreach (var name in (string[])["app", "pool", "worker", "pid", "state", "release", "port", "requests", "memoryBytes", "startedAt"])
            Assert.True(workers[0].TryGetProperty(name, out _), name);
    }

    [Fact]
    public async Task Ps_piped_has_stable_columns()
    {
        await using var host = await ApiHost.Start();
        host.Status = Samples.Host() with { Apps = [Samples.Host().Apps[0] with { Pools = [Samples.Jobs()] }] };
        var lines = (await Ran.Verb("ps", "--root", host.Folder)).Out.Split('\n');
        Assert.Equal(["APP", "WORKER", "STATE", "PID", "PORT", "AGE", "REQUESTS", "MEMORY", "PROCS", "RELEASE"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("shop  jobs.3  ready  1003     -", lines[1]);
    }

    [Fact]
    public async Task An_unknown_app_is_wrong_usage()
    {
        await using var host = await ApiHost.Start();
        var ran = await Ran.Verb("status", "--app", "blog", "--root", host.Folder);
        Assert.Equal(2, ran.Code);
        Assert.Equal("No app is named \"blog\"; here runs shop.\n", ran.Error);
    }

    [Fact]
    public async Task Events_are_lines_and_json_lines()
    {
        await using var host = await ApiHost.Start();
        host.Happens("worker.started", "first");
        host.Happens("worker.killed", "second\nline");
        var text = await Ran.Verb("events", "--root", host.Folder);
        Assert.Equal(2, text.Out.TrimEnd('\n').Split('\n').Length);
        Assert.EndsWith("  web.1     worker.killed     second^Jline\n", text.Out);
        var json = await Ran.Verb("events", "--json", "--after", "1", "--root", host.Folder);
        var one = JsonDocument.Parse(json.Out).RootElement;
        Assert.Equal(2, one.GetProperty("id").GetInt64());
        Assert.Equal("second\nline", one.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_restart_waits_until_every_worker_is_another()
    {
        await using var host = await ApiHost.Start();
        host.OnAsked = () => host.Status = Samples.Host(Samples.Web(Samples.Worker(3, "ready"), Samples.Worker(4, "ready")));
        var ran = await Ran.Verb("restart", "web", "--root", host.Folder);
        Assert.Equal((0, "Replaced 2 workers of web.\n"), (ran.Code, ran.Out));
        Assert.Equal([new RestartRequest(null, "web")], host.Asked);
    }

    [Fact]
    public async Task A_restart_that_ends_in_a_crash_loop_exits_1_with_the_pools_sentence()
    {
        await using var host = await ApiHost.Start();
        host.OnAsked = () => host.Status = Samples.Host(Samples.Web() with { State = "crash loop", LastSentence = "web.3 exited with 1 five times" });
        var ran = await Ran.Verb("restart", "--root", host.Folder);
        Assert.Equal(1, ran.Code);
        Assert.Contains("web.3 exited with 1 five times", ran.Error);
    }

    [Fact]
    public async Task Scale_asks_for_each_pool_and_can_leave_without_waiting()
    {
        await using var host = await ApiHost.Start();
        var ran = await Ran.Verb("scale", "web=2-6", "jobs=auto", "--no-wait", "--json", "--root", host.Folder);
        Assert.Equal((0, "{\"message\":\"Scaling. Scaling.\"}\n"), (ran.Code, ran.Out));
        Assert.Equal([new ScaleRequest(null, "web", 2, 6), new ScaleRequest(null, "jobs", null, null)], host.Asked);
    }

    [Fact]
    public async Task A_refusal_of_the_agent_is_shown_as_it_came()
    {
        await using var host = await ApiHost.Start();
        host.Refusal = new OperationRefused("there is no pool wep; there are: web, jobs", RefusalKind.Unknown);
        var ran = await Ran.Verb("scale", "wep=2", "--root", host.Folder);
        Assert.Equal((2, "there is no pool wep; there are: web, jobs\n"), (ran.Code, ran.Error));
    }

    [Fact]
    public async Task The_version_is_printed_by_verb_and_by_option()
    {
        Assert.Equal($"understudy {Product.Version}\n", (await Ran.Verb("version")).Out);
        Assert.Equal($"understudy {Product.Version}\n", (await Ran.Verb("--version")).Out);
        Assert.Equal(Product.Version, JsonDocument.Parse((await Ran.Verb("version", "--json")).Out).RootElement.GetProperty("version").GetString());
    }
}
