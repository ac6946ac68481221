using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Understudy.Cli;
using Understudy.Decisions.Config;
using Understudy.Tests.Api;

namespace Understudy.Tests.Cli;

public class TokenVerbTests
{
    [Fact]
    public async Task What_create_prints_is_what_the_other_machine_needs()
    {
        await using var host = await Listening();
        var made = await Ran.Verb("token", "create", "ci", "--root", host.Folder);
        Assert.Equal(0, made.Code);
        var lines = made.Out.TrimEnd('\n').Split('\n').Select(line => line.Split('"')).ToList();
        Assert.Equal(["export UNDERSTUDY_AGENT=", "export UNDERSTUDY_TOKEN="], lines.Select(line => line[0]));
        Assert.Contains("shown this once", made.Error);
        Assert.DoesNotContain(lines[1][1], made.Error);

        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["token"], lines[1][1]);
        string[] remote = ["--agent", lines[0][1], "--token-file", folder["token"]];
        var status = await Ran.Verb(["status", "--json", .. remote]);
        Assert.Equal("web-1", JsonDocument.Parse(status.Out).RootElement.GetProperty("host").GetString());
        Assert.Equal("[]\n", (await Ran.Verb(["releases", "--json", .. remote])).Out);
        Assert.Equal(0, (await Ran.Verb(["maintenance", "on", .. remote])).Code);
        Assert.StartsWith("ci:", Assert.IsType<Understudy.Api.MaintenanceRequest>(Assert.Single(host.Asked)).By);

        var list = JsonDocument.Parse((await Ran.Verb("token", "list", "--json", "--root", host.Folder)).Out).RootElement;
        Assert.Equal("ci", list[0].GetProperty("name").GetString());
        Assert.NotEqual(JsonValueKind.Null, list[0].GetProperty("usedAt").ValueKind);

        Assert.Equal("the token ci opens nothing any more\n", (await Ran.Verb("token", "revoke", "ci", "--root", host.Folder)).Out);
        var refused = await Ran.Verb(["status", .. remote]);
        Assert.Equal((1, ""), (refused.Code, refused.Out));
        Assert.Contains("does not know this token: it was revoked", refused.Error);
        Assert.Equal(["token.created", "token.revoked"], host.Log.After(0, 10).Select(one => one.Kind));
    }

    [Fact]
    public async Task Without_api_in_agent_yaml_a_token_is_of_no_use_and_none_is_made()
    {
        await using var host = await ApiHost.Start();
        var ran = await Ran.Verb("token", "create", "ci", "--root", host.Folder);
        Assert.Equal((1, ""), (ran.Code, ran.Out));
        Assert.Contains("write `api: {}` into agent.yaml", ran.Error);
        Assert.Equal("There are no tokens. `understudy token create NAME` makes one.\n", (await Ran.Verb("token", "list", "--root", host.Folder)).Out);
    }

    [Theory]
    [InlineData("token")]
    [InlineData("token", "create")]
    [InlineData("token", "create", "CI!")]
    [InlineData("token", "revoke", "nobody")]
    public async Task Wrong_usage_exits_2(params string[] args)
    {
        await using var host = await Listening();
        var ran = await Ran.Verb(args.Length < 3 ? args : [.. args, "--root", host.Folder]);
        Assert.Equal((2, ""), (ran.Code, ran.Out));
        Assert.NotEmpty(ran.Error);
    }

    [Fact]
    public async Task Completion_knows_the_names()
    {
        await using var host = await Listening();
        host.Tokens.Create(new("ci", "anna"), host.RemoteAddress);
        var found = CompleteVerb.Candidates(new Screen(TextWriter.Null, TextWriter.Null, false, false, 80), ["token", "revoke", "--root", host.Folder, ""]);
        Assert.Equal("ci", Assert.Single(found).Name);
    }

    static Task<ApiHost> Listening()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ApiHost.Start(new HostConfig { Api = new ApiConfig($"{socket.LocalEndPoint}") });
    }
}
