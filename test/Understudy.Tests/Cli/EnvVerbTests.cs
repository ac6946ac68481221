using System.Text.Json;
using Understudy.Api;
using Understudy.Cli;
using Understudy.State;
using Understudy.Tests.Api;

namespace Understudy.Tests.Cli;

public class EnvVerbTests
{
    [Fact]
    public async Task Set_asks_the_agent_and_waits_until_every_worker_is_another()
    {
        await using var host = await ApiHost.Start();
        host.OnAsked = () => host.Status = Samples.Host(Samples.Web(Samples.Worker(5, "ready"), Samples.Worker(6, "ready")));
        var ran = await Ran.Verb("env", "set", "TOKEN=s3cret", "--root", host.Folder);
        Assert.Equal((0, "Set. Replaced 3 workers of web, jobs.\n"), (ran.Code, ran.Out));
        var request = Assert.IsType<EnvRequest>(Assert.Single(host.Asked));
        Assert.Equal(("shop", "s3cret"), (request.App, request.Set["TOKEN"]));
        Assert.NotEmpty(request.By!);
        Assert.DoesNotContain("s3cret", ran.Out + ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unset_with_no_wait_returns_when_it_has_begun()
    {
        await using var host = await ApiHost.Start();
        var ran = await Ran.Verb("env", "unset", "A", "B", "--no-wait", "--json", "--root", host.Folder);
        Assert.Equal((0, "{\"message\":\"Set.\"}\n"), (ran.Code, ran.Out));
        var request = Assert.IsType<EnvRequest>(Assert.Single(host.Asked));
        Assert.Equal(["A", "B"], request.Unset);
        Assert.Empty(request.Set);
    }

    [Fact]
    public async Task List_shows_names_when_and_by_whom()
    {
        await using var host = await ApiHost.Start();
        Assert.Equal("shop has no secrets. `understudy env set NAME` sets one.\n", (await Ran.Verb("env", "list", "--root", host.Folder)).Out);
        host.Secrets = [new("TOKEN", Samples.Now, "anna\u001b[2J")];
        var lines = (await Ran.Verb("env", "list", "--root", host.Folder)).Out.Split('\n');
        Assert.Equal(["NAME", "SET", "BY"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("TOKEN  2026-", lines[1]);
        Assert.EndsWith("  anna^[[2J", lines[1]);
        var json = JsonDocument.Parse((await Ran.Verb("env", "list", "--json", "--root", host.Folder)).Out).RootElement;
        Assert.Equal("TOKEN", json.GetProperty("secrets")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("env")]
    [InlineData("env", "unset")]
    [InlineData("env", "set")]
    [InlineData("env", "list", "NAME")]
    [InlineData("env", "set", "1A=x")]
    public async Task Wrong_usage_exits_2(params string[] args)
    {
        var ran = await Ran.Verb(args);
        Assert.Equal((2, ""), (ran.Code, ran.Out));
        Assert.NotEmpty(ran.Error);
    }

    [Fact]
    public async Task Help_says_why_a_value_should_not_be_an_argument()
    {
        var help = (await Ran.Verb("env", "set", "--help")).Out;
        Assert.Contains("with `ps` while the command runs", help, StringComparison.Ordinal);
        Assert.Contains("env set TLS_KEY - < key.pem", help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "list set unset")]
    [InlineData("unset|", "TOKEN")]
    [InlineData("set|--no", "--no-wait")]
    public async Task Completion_knows_its_verbs_and_the_names(string line, string candidates)
    {
        await using var host = await ApiHost.Start();
        host.Secrets = [new("TOKEN", Samples.Now, "anna")];
        var parts = line.Split('|');
        string[] words = parts.Length == 1 ? ["env", ""] : ["env", parts[0], "--root", host.Folder, parts[1]];
        var found = CompleteVerb.Candidates(new Screen(TextWriter.Null, TextWriter.Null, false, false, 80), words).Select(candidate => candidate.Name);
        Assert.Equal(candidates, string.Join(' ', found.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Run_takes_the_values_from_the_state_over_the_files_own()
    {
        using var folder = new TemporaryFolder();
        var paths = new Paths(folder.Path);
        Directory.CreateDirectory(paths.Lib);
        using var database = new Database(paths.State);
        new AppSecrets(database, new SecretBox(paths.SecretKey), TimeProvider.System).Set("shop", new Dictionary<string, string> { ["TOKEN"] = "s3cret", ["LEVEL"] = "secret" }, "anna");
        var run = Run(["LEVEL", "TOKEN"]);
        Assert.Equal(new Dictionary<string, string> { ["LEVEL"] = "secret", ["PATH"] = "/bin", ["TOKEN"] = "s3cret" }, RunVerb.WithSecrets(run, paths).Env);
        Assert.Contains("GONE is not in", Assert.Throws<CommandFailed>(() => RunVerb.WithSecrets(Run(["GONE"]), paths)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_without_secrets_needs_no_state_and_with_them_says_who_may_read_it()
    {
        var paths = new Paths("/there/is/none");
        Assert.Equal("/bin", RunVerb.WithSecrets(Run([]), paths).Env["PATH"]);
        var failed = Assert.Throws<CommandFailed>(() => RunVerb.WithSecrets(Run(["TOKEN"]), paths));
        Assert.Contains("shop has the secrets TOKEN, and they cannot be read", failed.Message, StringComparison.Ordinal);
        Assert.Contains("sudo understudy run", failed.Message, StringComparison.Ordinal);
    }

    static RunDocument Run(IReadOnlyList<string> secrets) =>
        new("shop", "/srv/shop", null, new Dictionary<string, string> { ["PATH"] = "/bin", ["LEVEL"] = "file" }, null, secrets);
}
