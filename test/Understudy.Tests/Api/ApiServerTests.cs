using System.Net.Sockets;
using System.Text;
using Understudy.Api;
using Understudy.Decisions.Config;

namespace Understudy.Tests.Api;

public class ApiServerTests
{
    [Fact]
    public async Task The_status_arrives_as_it_was_given()
    {
        await using var host = await ApiHost.Start();
        var status = host.Client.Status();
        Assert.Equal("web-1", status.Host);
        Assert.Equal(["web", "jobs"], status.Apps[0].Pools.Select(pool => pool.Pool));
        Assert.Equal(Samples.Now.AddMinutes(-75), status.Apps[0].Pools[0].Workers[0].StartedAt);
    }

    [Fact]
    public async Task Memory_is_told_as_known_or_as_it_is_now()
    {
        await using var host = await ApiHost.Start();
        Assert.Equal((false, "web.1"), (host.Client.Memory(false).Exact, host.Client.Memory(false).Pools[0].Workers[0].Worker));
        Assert.True(host.Client.Memory(true).Exact);
    }

    [Fact]
    public async Task Only_the_agents_own_user_may_use_the_socket()
    {
        await using var host = await ApiHost.Start();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.Paths.AgentSocket));
    }

    [Fact]
    public async Task A_dead_agents_socket_is_replaced_and_a_stopped_ones_is_gone()
    {
        await using var host = await ApiHost.Start();
        await host.StopServer();
        Assert.False(File.Exists(host.Paths.AgentSocket));
        File.WriteAllText(host.Paths.AgentSocket, "");
        await using var next = await ApiServer.Start(host.Calls(), host.Paths, new HostConfig(), CancellationToken.None);
        Assert.Equal("web-1", host.Client.Status().Host);
    }

    [Fact]
    public async Task An_absent_agent_is_told_apart_from_a_dead_ones_socket()
    {
        await using var host = await ApiHost.Start();
        await host.StopServer();
        Assert.Equal("no agent: there is no socket", Assert.Throws<AgentAbsent>(host.Client.Status).Message);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(host.Paths.AgentSocket));
        Assert.Contains("nobody answers", Assert.Throws<AgentAbsent>(host.Client.Status).Message);
        listener.Dispose();
    }

    [Fact]
    public async Task Restart_and_scale_hand_on_what_was_asked()
    {
        await using var host = await ApiHost.Start();
        Assert.Equal("Restarting.", host.Client.Restart(new RestartRequest(null, "web")).Message);
        Assert.Equal("Scaling.", host.Client.Scale(new ScaleRequest("shop", "web", 2, 6)).Message);
        Assert.Equal([new RestartRequest(null, "web"), new ScaleRequest("shop", "web", 2, 6)], host.Asked);
    }

    [Theory]
    [InlineData(RefusalKind.Conflict, 409)]
    [InlineData(RefusalKind.Invalid, 400)]
    [InlineData(RefusalKind.Unknown, 404)]
    public async Task A_refusal_keeps_its_sentence_and_gets_the_status_of_its_kind(RefusalKind kind, int status)
    {
        await using var host = await ApiHost.Start();
        host.Failure = new OperationRefused("No pool is named \"wep\".", kind);
        var answer = await Raw(host, "POST", "/v1/restart", "{}");
        Assert.Equal(status, answer.Status);
        Assert.Equal("""{"error":"No pool is named \"wep\"."}""", answer.Body);
    }

    [Fact]
    public async Task A_bug_in_the_agent_answers_500_without_its_stack()
    {
        await using var host = await ApiHost.Start();
        host.Failure = new InvalidOperationException("secret detail");
        var answer = await Raw(host, "GET", "/v1/status", null);
        Assert.Equal(500, answer.Status);
        Assert.DoesNotContain("secret", answer.Body);
        Assert.DoesNotContain("InvalidOperation", answer.Body);
    }

    [Theory]
    [InlineData("/v1/scale", "", 400, "JSON")]
    [InlineData("/v1/scale", "[]", 400, "must be a JSON object")]
    [InlineData("/v1/scale", "{\"pool\":\"web\",\"min\":2,\"max\":4,\"colour\":1}", 400, "unknown member \\\"colour\\\"; known here: app, pool, min, max")]
    [InlineData("/v1/scale", "{\"pool\":\"web\",\"pool\":\"jobs\"}", 400, "JSON")]
    [InlineData("/v1/scale", "{\"pool\":7}", 400, "must be a string")]
    [InlineData("/v1/scale", "{\"min\":1,\"max\":1}", 400, "is missing")]
    [InlineData("/v1/scale", "{\"pool\":\"web\",\"min\":1}", 400, "go together")]
    [InlineData("/v1/scale", "{\"pool\":\"web\",\"min\":5,\"max\":2}", 400, "at most")]
    [InlineData("/v1/scale", "{\"pool\":\"web\",\"min\":1,\"max\":1e99}", 400, "whole number")]
    [InlineData("/v1/scale", "{\"pool\":{\"a\":{\"b\":{\"c\":{\"d\":1}}}}}", 400, "JSON")]
    [InlineData("/v1/env", "{\"set\":[\"A\"]}", 400, "an object of strings")]
    [InlineData("/v1/env", "{\"set\":{\"A\":1}}", 400, "must hold strings")]
    [InlineData("/v1/env", "{\"set\":{\"A\":\"1\",\"A\":\"2\"}}", 400, "JSON")]
    [InlineData("/v1/env", "{\"set\":{\"A\":\"\\ud800\"}}", 400, "not Unicode text")]
    [InlineData("/v1/env", "{\"unset\":{\"A\":\"1\"}}", 400, "a list of strings")]
    [InlineData("/v1/env", "{\"unset\":[null]}", 400, "must hold strings")]
    [InlineData("/v1/env", "{\"values\":{}}", 400, "known here: app, set, unset, by")]
    [InlineData("/v1/restart", "{\"pol\":\"web\"}", 400, "known here: app, pool")]
    public async Task A_wrong_body_gets_a_sentence_and_changes_nothing(string path, string body, int status, string sentence)
    {
        await using var host = await ApiHost.Start();
        var answer = await Raw(host, "POST", path, body);
        Assert.Equal(status, answer.Status);
        Assert.StartsWith("{\"error\":\"", answer.Body);
        Assert.Contains(sentence, answer.Body);
        Assert.DoesNotContain("Understudy.", answer.Body);
        Assert.Empty(host.Asked);
    }

    [Fact]
    public async Task All_secrets_of_an_app_fit_into_one_request_even_at_their_worst()
    {
        await using var host = await ApiHost.Start();
        var values = Enumerable.Range(0, 8).ToDictionary(i => $"LARGE_{i}", _ => new string('\u0001', 65_536));
        Assert.Equal("Set.", host.Client.ChangeEnv(new EnvRequest("shop", values, ["GONE"], "anna")).Message);
        var request = Assert.IsType<EnvRequest>(Assert.Single(host.Asked));
        Assert.Equal(values, request.Set);
        Assert.Equal(("shop", "GONE", "anna"), (request.App, request.Unset[0], request.By));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var host = await ApiHost.Start();
        var answer = await Raw(host, "POST", "/v1/scale", "{\"pool\":\"" + new string('x', 70_000) + "\"}");
        Assert.Equal(413, answer.Status);
        Assert.Contains("64 KiB", answer.Body);
    }

    [Theory]
    [InlineData("GET", "/v1/nothing", 404)]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/v1/restart", 405)]
    [InlineData("POST", "/v1/status", 405)]
    [InlineData("GET", "/v1/events?after=-1", 400)]
    [InlineData("GET", "/v1/events?limit=1001", 400)]
    [InlineData("GET", "/v1/events?after=x", 400)]
    public async Task What_is_not_there_answers_with_an_error_document(string method, string target, int status)
    {
        await using var host = await ApiHost.Start();
        var answer = await Raw(host, method, target, method == "POST" ? "{}" : null);
        Assert.Equal(status, answer.Status);
        Assert.StartsWith("{\"error\":\"", answer.Body);
    }

    [Fact]
    public async Task The_newest_events_come_oldest_first()
    {
        await using var host = await ApiHost.Start();
        for (var i = 1; i <= 5; i++)
            host.Happens("worker.started", $"number {i}");
        Assert.Equal([4, 5], host.Client.Events(null, 2).Select(one => one.Id));
        Assert.Equal([2, 3], host.Client.Events(1, 2).Select(one => one.Id));
    }

    [Fact]
    public async Task Following_sees_each_event_once_and_ends_with_the_agent()
    {
        await using var host = await ApiHost.Start();
        host.Happens("worker.started", "first");
        var seen = new System.Collections.Concurrent.BlockingCollection<string>();
        var following = Task.Run(() =>
        {
            foreach (var one in host.Client.FollowEvents(0, 10))
                seen.Add(one.Message);
        });
        Assert.Equal("first", Next(seen));
        host.Happens("worker.ready", "second");
        Assert.Equal("second", Next(seen));
        await host.StopServer();
        await following.WaitAsync(ApiHost.Soon);
        Assert.Empty(seen);
    }

    [Fact]
    public async Task The_metrics_address_has_nothing_but_metrics()
    {
        var port = FreePort();
        await using var host = await ApiHost.Start(new HostConfig { Metrics = $"127.0.0.1:{port}" });
        using var http = new System.Net.Http.HttpClient();
        Assert.Equal("understudy_up 1\n", await http.GetStringAsync($"http://127.0.0.1:{port}/metrics"));
        using var run = await http.GetAsync($"http://127.0.0.1:{port}/v1/run");
        Assert.Equal(404, (int)run.StatusCode);
    }

    [Fact]
    public async Task A_metrics_address_in_use_is_refused_with_what_to_do()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        taken.Listen();
        var refused = await Assert.ThrowsAsync<OperationRefused>(() => ApiHost.Start(new HostConfig { Metrics = taken.LocalEndPoint!.ToString() }));
        Assert.Contains("in use", refused.Message);
    }

    static string Next(System.Collections.Concurrent.BlockingCollection<string> seen) =>
        seen.TryTake(out var message, ApiHost.Soon) ? message : throw new TimeoutException("no event came");

    static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
    }

    static Task<(int Status, string Body)> Raw(ApiHost host, string method, string target, string? body) => Task.Run(() =>
    {
        using var exchange = HttpExchange.Send(host.Local, method, target, Encoding.UTF8.GetBytes(body ?? ""), ApiHost.Soon);
        return (exchange.Status, Encoding.UTF8.GetString(exchange.ReadToEnd()));
    });
}
