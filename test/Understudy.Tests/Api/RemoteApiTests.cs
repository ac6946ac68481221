using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Understudy.Api;
using Understudy.Decisions.Config;

namespace Understudy.Tests.Api;

/// <summary>The API by HTTPS, in process: a real listener, real handshakes.</summary>
public sealed class RemoteApiTests : IAsyncLifetime
{
    readonly int port = FreePort();
    ApiHost host = null!;
    string token = "";

    public async ValueTask InitializeAsync()
    {
        host = await ApiHost.Start(new HostConfig { Api = new ApiConfig($"127.0.0.1:{port}") });
        token = host.Tokens.Create(new TokenRequest("ci", "anna"), host.RemoteAddress).Token;
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public void The_whole_address_is_what_a_client_needs()
    {
        Assert.Matches($"^https://127.0.0.1:{port}#sha256:[0-9a-f]{{64}}$", host.RemoteAddress);
        Assert.Equal("web-1", Client().Status().Host);
    }

    [Fact]
    public void Without_a_token_or_with_a_wrong_one_nothing_answers()
    {
        foreach (var path in (string[])["/v1/status", "/metrics", "/v1/tokens", "/nothing"])
        {
            using var none = HttpExchange.Send(new Plain(Address), "GET", path, [], ApiHost.Soon);
            Assert.Equal(401, none.Status);
            Assert.Contains("understudy token create", Encoding.UTF8.GetString(none.ReadToEnd()));
        }
        var refused = Assert.Throws<AgentRefused>(() => Client(Wrong(1)).Restart(new RestartRequest(null, "web")));
        Assert.Equal(401, refused.Status);
        Assert.Contains("does not know this token", refused.Message);
        Assert.DoesNotContain(Wrong(1), refused.Message);
        Assert.Empty(host.Asked);
    }

    [Fact]
    public void Metrics_are_answered_to_a_token()
    {
        using var exchange = HttpExchange.Send(Remote(), "GET", "/metrics", [], ApiHost.Soon);
        Assert.Equal(200, exchange.Status);
        Assert.Contains("understudy_up 1", Encoding.UTF8.GetString(exchange.ReadToEnd()));
    }

    [Theory]
    [InlineData("GET", "/v1/tokens")]
    [InlineData("DELETE", "/v1/tokens?name=ci&by=mallory")]
    [InlineData("GET", "/v1/run")]
    public void What_is_for_the_host_alone_is_refused_even_with_a_token(string method, string target)
    {
        using var exchange = HttpExchange.Send(Remote(), method, target, [], ApiHost.Soon);
        Assert.Equal(403, exchange.Status);
        Assert.Contains("ssh", Encoding.UTF8.GetString(exchange.ReadToEnd()));
        Assert.Equal("web-1", Client().Status().Host);
    }

    [Fact]
    public void A_revoked_token_opens_nothing_from_then_on()
    {
        Assert.Equal("web-1", Client().Status().Host);
        Assert.Equal("the token ci opens nothing any more", host.Client.Delete("/v1/tokens?name=ci&by=anna").Message);
        Assert.Equal(401, Assert.Throws<AgentRefused>(() => Client().Status()).Status);
    }

    [Fact]
    public async Task Revoking_ends_what_the_token_has_open()
    {
        host.Happens("worker.started", "first");
        var seen = new System.Collections.Concurrent.BlockingCollection<string>();
        var following = Task.Run(() =>
        {
            foreach (var one in Client().FollowEvents(0, 10))
                seen.Add(one.Message);
        });
        Assert.Equal("first", Next(seen));
        host.Happens("worker.ready", "second");
        Assert.Equal("second", Next(seen));
        host.Tokens.Revoke("ci", "anna");
        await following.WaitAsync(ApiHost.Soon);
        Assert.Empty(seen);
    }

    [Fact]
    public async Task A_deploys_events_stream_to_their_end()
    {
        var lines = Task.Run(() => Client().Lines("/v1/deploys?deploy=1", JsonDocuments.Readable.DeployEventDocument).Select(one => one.Kind).ToList());
        host.Progress.Tell("phase", "build", "");
        host.Progress.Tell("end", "", "it serves", outcome: "done");
        Assert.Equal(["phase", "end"], await lines.WaitAsync(ApiHost.Soon));
    }

    [Fact]
    public void A_large_upload_arrives_whole()
    {
        const int Parts = 40;
        var part = new byte[1_000_000];
        var answer = Client().Upload("PUT", "/v1/source?app=shop", Parts * (long)part.Length, send =>
        {
            for (var i = 0; i < Parts; i++)
                send(part);
        }, JsonDocuments.Readable.DoneDocument);
        Assert.Equal("40000000 bytes", answer.Message);
    }

    [Fact]
    public void A_large_upload_without_a_right_token_is_refused_early_with_the_reason()
    {
        var sent = 0;
        var refused = Assert.Throws<AgentRefused>(() => Client(Wrong(1)).Upload("PUT", "/v1/source?app=shop", 400_000_000, send =>
        {
            var part = new byte[1_000_000];
            for (var i = 0; i < 400; i++, sent++)
                send(part);
        }, JsonDocuments.Readable.DoneDocument));
        Assert.Equal(401, refused.Status);
        Assert.True(sent < 400, $"{sent} MB were sent");
        Assert.Empty(host.Asked);
    }

    [Fact]
    public void A_body_that_is_too_large_is_refused_as_on_the_socket()
    {
        using var exchange = HttpExchange.Send(Remote(), "POST", "/v1/scale", Encoding.UTF8.GetBytes("{\"pool\":\"" + new string('x', 70_000) + "\"}"), ApiHost.Soon);
        Assert.Equal(413, exchange.Status);
    }

    [Fact]
    public void Who_changes_something_is_known_by_the_token_that_was_shown()
    {
        Client().ChangeEnv(new EnvRequest("shop", new Dictionary<string, string> { ["A"] = "1" }, [], "root@elsewhere"));
        Client().Post("/v1/maintenance", new MaintenanceRequest(null, true, null, "root@elsewhere"), JsonDocuments.Readable.MaintenanceRequest, JsonDocuments.Readable.DoneDocument);
        Assert.Equal("ci:root@elsewhere", Assert.IsType<EnvRequest>(host.Asked[0]).By);
        Assert.Equal("ci:root@elsewhere", Assert.IsType<MaintenanceRequest>(host.Asked[1]).By);
    }

    [Fact]
    public void A_wrong_fingerprint_is_refused_before_anything_is_sent()
    {
        var other = host.RemoteAddress![..^4] + "0000";
        var untrusted = Assert.Throws<AgentUntrusted>(() => new ApiClient(new RemoteAgent(AgentAddress.Parse(other, out _)!, token)).Status());
        Assert.Contains("is not the agent's that was named, and nothing was sent", untrusted.Message);
        Assert.Contains(Address.Fingerprint!, untrusted.Message);
        Assert.Contains("understudy token create", untrusted.Message);
    }

    [Fact]
    public void Without_a_fingerprint_an_authority_must_vouch_for_the_certificate()
    {
        var bare = AgentAddress.Parse($"https://127.0.0.1:{port}", out _)!;
        var untrusted = Assert.Throws<AgentUntrusted>(() => new ApiClient(new RemoteAgent(bare, token)).Status());
        Assert.Contains("is not trusted here, and nothing was sent", untrusted.Message);
        Assert.Contains("#sha256:FINGERPRINT", untrusted.Message);
    }

    [Fact]
    public void More_than_twenty_wrong_tries_get_429_and_right_ones_go_on()
    {
        var statuses = Enumerable.Range(0, 23).Select(i => Assert.Throws<AgentRefused>(() => Client(Wrong(i)).Status()).Status).ToList();
        Assert.Equal([.. Enumerable.Repeat(401, 20), 429, 429, 429], statuses);
        using var last = HttpExchange.Send(Remote(Wrong(99)), "GET", "/v1/status", [], ApiHost.Soon);
        Assert.Contains("wait a minute", Encoding.UTF8.GetString(last.ReadToEnd()));
        Assert.Equal("web-1", Client().Status().Host);
        Assert.Contains("understudy_api_wrong_tokens_total 24", host.Tokens.Metrics);
        var told = Assert.Single(host.Log.After(0, 100), one => one.Kind == "token.wrong");
        Assert.Contains("127.0.0.1", told.Message);
    }

    [Fact]
    public void Nothing_that_is_kept_or_told_holds_the_token()
    {
        Client().Status();
        Assert.Throws<AgentRefused>(() => Client(Wrong(1)).Status());
        var secret = token["us_".Length..];
        foreach (var file in Directory.EnumerateFiles(host.Folder, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".sock", StringComparison.Ordinal)))
            Assert.DoesNotContain(secret, Encoding.Latin1.GetString(ReadShared(file)), StringComparison.Ordinal);
        Assert.DoesNotContain(host.Log.After(0, 100), one => one.Message.Contains(secret, StringComparison.Ordinal));
        Assert.DoesNotContain(host.Tokens.List(), one => one.ToString().Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_agents_own_certificate_is_kept_and_for_its_owner_alone()
    {
        var (before, client) = (host.RemoteAddress, Client());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.Paths.ApiCertificate));
        await host.StopServer();
        await using var next = await ApiServer.Start(host.Calls(), host.Paths, new HostConfig { Api = new ApiConfig($"127.0.0.1:{port}") }, CancellationToken.None);
        Assert.Equal(before, next.RemoteAddress);
        Assert.Equal("web-1", client.Status().Host);
    }

    [Fact]
    public async Task A_stopped_agent_is_told_apart_from_one_that_is_none()
    {
        var agent = Remote();
        await host.StopServer();
        var absent = Assert.Throws<AgentAbsent>(() => new ApiClient(agent).Status());
        Assert.Contains("the connection was refused", absent.Message);
        Assert.Contains("`api:`", absent.Message);

        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        stranger.Bind(new IPEndPoint(IPAddress.Loopback, port));
        stranger.Listen();
        var answering = Task.Run(async () =>
        {
            using var peer = await stranger.AcceptAsync();
            await peer.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            while (await peer.ReceiveAsync(new byte[4096]) > 0)
            {
            }
        });
        Assert.Contains("is no agent: it does not speak TLS", Assert.Throws<AgentUntrusted>(() => new ApiClient(agent).Status()).Message);
        await answering.WaitAsync(ApiHost.Soon);
    }

    [Fact]
    public void A_plain_request_gets_no_answer()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        socket.Connect(IPAddress.Loopback, port);
        socket.Send(Encoding.ASCII.GetBytes($"GET /v1/status HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"));
        Assert.DoesNotContain("200", Encoding.Latin1.GetString(Drain(socket)));
    }

    [Fact]
    public void A_request_from_a_client_that_prefers_HTTP_2_is_answered_by_HTTP_1()
    {
        using var tcp = new TcpClient("127.0.0.1", port);
        using var tls = new SslStream(tcp.GetStream());
        tls.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = "x",
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        Assert.Equal(SslApplicationProtocol.Http11, tls.NegotiatedApplicationProtocol);
    }

    AgentAddress Address => AgentAddress.Parse(host.RemoteAddress!, out _)!;

    RemoteAgent Remote(string? with = null) => new(Address, with ?? token);

    ApiClient Client(string? with = null) => new(Remote(with));

    static string Wrong(int i) => $"us_{i:00000}" + new string('A', 38);

    static string Next(System.Collections.Concurrent.BlockingCollection<string> seen) =>
        seen.TryTake(out var message, ApiHost.Soon) ? message : throw new TimeoutException("no event came");

    static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var all = new byte[file.Length];
        file.ReadExactly(all);
        return all;
    }

    static byte[] Drain(Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            while (socket.Receive(buffer) is > 0 and var count)
                all.Write(buffer, 0, count);
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
        }
        return all.ToArray();
    }

    static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>A client that brings no token.</summary>
    sealed class Plain(AgentAddress address) : IAgentEndpoint
    {
        readonly RemoteAgent agent = new(address, "");

        public string Headers => "Host: agent\r\n";

        public AgentConnection Open(TimeSpan within) => agent.Open(within);

        public AgentAbsent Absent(Exception failure, TimeSpan within) => agent.Absent(failure, within);

        public string Strange(int status) => agent.Strange(status);
    }
}
