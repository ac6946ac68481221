using System.Text.Json;
using Understudy.Api;

namespace Understudy.Lab;

/// <summary>A deploy from another machine: a folder, an address and a token, and nothing of the host's own files.</summary>
public sealed class RemoteTests : IAsyncDisposable
{
    readonly LabFolder _elsewhere = new();
    readonly StuntFolder _app;
    Host? _host;

    public RemoteTests()
    {
        try
        {
            _app = new StuntFolder("workers: 2", "STUNT_TAG: remote", "tiny", "deploy: {watch: 1s}\nbuild: sleep 2");
        }
        catch
        {
            // A skipped test is not disposed of.
            _elsewhere.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        _app.Dispose();
        _elsewhere.Dispose();
    }

    [Fact]
    public async Task An_app_is_deployed_by_HTTPS_with_a_token_until_that_is_revoked()
    {
        var host = await Serve();
        var agent = await Token(host, "ci");

        var (code, output) = await Verb(agent, _app.Folder, "deploy", "--json");
        Assert.True(code == 0, $"{output}\n{await host.Describe()}");
        Assert.Equal("done", Events(output).Single(one => one.Kind == "end").Outcome);
        using var client = new Client(host.Port);
        Assert.Equal((200, "remote"), await Tagged(client));

        var status = JsonSerializer.Deserialize((await Verb(agent, _elsewhere.Path, "status", "--json")).Output, JsonDocuments.Default.HostDocument)!;
        Assert.Equal((await host.Status())!.Apps[0].Release, status.Apps[0].Release);
        Assert.StartsWith("ci:", JsonSerializer.Deserialize((await Verb(agent, _elsewhere.Path, "releases", "--json")).Output, JsonDocuments.Default.IReadOnlyListReleaseDocument)![0].By);
        Assert.Equal(0, (await Verb(agent, _elsewhere.Path, "env", "set", "A=b")).Code);
        Assert.Equal(0, (await Verb(agent, _elsewhere.Path, "restart", "web")).Code);
        Assert.Equal((200, "remote"), await Tagged(client));

        Assert.Equal(0, (await host.Run("token", "revoke", "ci")).Code);
        (code, output) = await Verb(agent, _app.Folder, "deploy");
        Assert.Equal(1, code);
        Assert.Contains("it was revoked", output, StringComparison.Ordinal);
        Assert.Equal((200, "remote"), await Tagged(client));
        NothingHolds(host, agent.Values.Last()["us_".Length..]);
    }

    [Fact]
    public async Task A_deploy_is_watched_to_its_end_although_the_agent_is_killed_meanwhile()
    {
        var host = await Serve();
        var agent = await Token(host, "ci");
        using var deploying = new Started(host.Binary, ["deploy", "--json"], _app.Folder, agent);
        await Eventually.Until("the build goes on", 60.Seconds(), () => Events(deploying.Output).Any(one => one is { Kind: "phase", Phase: "build" }));
        await host.KillAgent();
        var code = await deploying.Exit(120.Seconds());
        var end = Assert.Single(Events(deploying.Output), one => one.Kind == "end");
        Assert.Equal(end.Outcome == "done" ? 0 : 1, code);
        var (again, output) = await Verb(agent, _app.Folder, "deploy");
        Assert.True(again == 0, $"{output}\n{await host.Describe()}");
        using var client = new Client(host.Port);
        Assert.Equal((200, "remote"), await Tagged(client));
    }

    [Fact]
    public async Task A_certificate_that_this_machine_trusts_needs_no_fingerprint_and_is_renewed_while_the_agent_runs()
    {
        using var certificate = new TestCertificate("localhost");
        var host = await Serve($", certificate: {certificate.Certificate}, key: {certificate.Key}");
        var agent = await Token(host, "ci");
        agent["UNDERSTUDY_AGENT"] = agent["UNDERSTUDY_AGENT"].Split('#')[0].Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        Assert.Contains("is not trusted here, and nothing was sent", (await Verb(agent, _elsewhere.Path, "status")).Output, StringComparison.Ordinal);
        agent["SSL_CERT_FILE"] = certificate.Certificate;
        var (code, output) = await Verb(agent, _elsewhere.Path, "status");
        Assert.True(code == 0, output);

        // The client trusts the new one alone, so that only this one's handshake can succeed.
        certificate.Replace();
        await Eventually.Until("the new certificate answers", 20.Seconds(), async () => (await Verb(agent, _elsewhere.Path, "status")).Code == 0);
        agent["UNDERSTUDY_AGENT"] = agent["UNDERSTUDY_AGENT"].Replace("localhost", "127.0.0.1", StringComparison.Ordinal);
        Assert.Contains("it is not for the name 127.0.0.1", (await Verb(agent, _elsewhere.Path, "status")).Output, StringComparison.Ordinal);
    }

    /// <param name="api">More keys of `api:`, behind a comma.</param>
    async Task<Host> Serve(string api = "") => _host = await Host.Serve(
        [], $"listen: [\"http://127.0.0.1:$PORT\"]\nuser: nobody\napi: {{listen: \"127.0.0.1:{Kernel.FreePort()}\"{api}}}\n", until: _ => true);

    /// <summary>What the other machine is given.</summary>
    static async Task<Dictionary<string, string>> Token(Host host, string name)
    {
        var (code, output) = await host.Run("token", "create", name, "--json");
        Assert.True(code == 0, output);
        var made = JsonSerializer.Deserialize(output, JsonDocuments.Default.TokenCreatedDocument)!;
        return new() { ["UNDERSTUDY_AGENT"] = made.Agent, ["UNDERSTUDY_TOKEN"] = made.Token };
    }

    async Task<(int Code, string Output)> Verb(Dictionary<string, string> agent, string folder, params string[] arguments)
    {
        using var verb = new Started(_host!.Binary, arguments, folder, agent);
        var code = await verb.Exit(120.Seconds());
        return (code, verb.Output);
    }

    static async Task<(int Status, string? Tag)> Tagged(Client client)
    {
        var answer = await client.Get("/pid");
        return (answer.Status, answer.Header("X-Tag"));
    }

    static List<DeployEventDocument> Events(string output) =>
        [.. output.Split('\n').Where(line => line.StartsWith("{\"id\":", StringComparison.Ordinal)).Select(line => JsonSerializer.Deserialize(line, JsonDocuments.Default.DeployEventDocument)!)];

    static void NothingHolds(Host host, string secret)
    {
        var kept = ((string[])["lib", "log"]).SelectMany(folder => Directory.EnumerateFiles(
            Path.Combine(host.Root, folder), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })).ToList();
        Assert.Contains(kept, path => path.EndsWith("state.db", StringComparison.Ordinal));
        foreach (var path in kept)
        {
            using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), System.Text.Encoding.Latin1);
            Assert.False(file.ReadToEnd().Contains(secret, StringComparison.Ordinal), path);
        }
        Assert.DoesNotContain(secret, host.AgentOutput, StringComparison.Ordinal);
    }
}
