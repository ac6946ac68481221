using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Understudy.Decisions.Proxying;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

public sealed class CertificatesTests : IAsyncDisposable
{
    readonly TemporaryFolder folder = new();
    readonly StringWriter errors = new();
    readonly Certificates certificates;
    EdgeServer? server;

    public CertificatesTests() => certificates = new Certificates(TimeProvider.System, TextWriter.Synchronized(errors));

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
        certificates.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Each_name_gets_its_apps_certificate_and_others_get_the_default()
    {
        Use(App("exact", "shop.example.com"), App("wild", "*.example.com"), App("deep", "*.eu.example.com"), App("default"));
        await Serve();
        Assert.Equal("CN=exact", await Subject("shop.example.com"));
        Assert.Equal("CN=exact", await Subject("SHOP.example.COM"));
        Assert.Equal("CN=wild", await Subject("other.example.com"));
        Assert.Equal("CN=deep", await Subject("a.b.eu.example.com"));
        Assert.Equal("CN=default", await Subject("example.com"));
        Assert.Equal("CN=default", await Subject("badexample.com"));
        Assert.Equal("CN=default", await Subject(null));
    }

    [Fact]
    public async Task Without_a_default_app_the_first_certificate_answers_for_unknown_names()
    {
        Use(App("first", "a.example.com"), App("second", "b.example.com"));
        await Serve();
        Assert.Equal("CN=first", await Subject("nobody.example.com"));
    }

    [Fact]
    public async Task The_intermediates_are_sent_so_that_a_client_with_the_root_alone_trusts_it()
    {
        using var chain = new EdgeChain("shop.example.com");
        Use(App("shop", chain.LeafPem + chain.IntermediatePem, chain.KeyPem, "shop.example.com"));
        await Serve();
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(chain.Root);
        using var client = await Handshake(new SslClientAuthenticationOptions { TargetHost = "shop.example.com", CertificateChainPolicy = policy });
        Assert.True(client.IsAuthenticated);
    }

    [Theory]
    [InlineData("h2", "http/1.1", "h2")]
    [InlineData("http/1.1", null, "http/1.1")]
    public async Task Http2_is_chosen_where_the_client_offers_it(string first, string? second, string chosen)
    {
        Use(App("shop"));
        await Serve();
        List<SslApplicationProtocol> offered = [new(first)];
        if (second is not null) offered.Add(new(second));
        using var client = await Handshake(Trusting("x", o => o.ApplicationProtocols = offered));
        Assert.Equal(chosen, client.NegotiatedApplicationProtocol.ToString());
    }

    [Fact]
    public async Task A_request_is_answered_over_http2()
    {
        Use(App("shop"));
        await Serve();
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = delegate { return true; } } };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{server!.EndPoint}/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await client.SendAsync(request).Within();
        Assert.Equal("tls", await answer.Content.ReadAsStringAsync());
        Assert.Equal(HttpVersion.Version20, answer.Version);
    }

    [Fact]
    public async Task Http2_clients_go_to_the_new_proxy_without_an_error()
    {
        Use(App("shop"));
        await Serve();
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = delegate { return true; } } };
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var held = client.GetStringAsync($"https://{server!.EndPoint}/held");
        await Eventually.True(() => server.InFlight == 1, "the request is inside");
        await using var next = await EdgeServer.Start("next", folder["s"], certificates);
        await Eventually.True(() => client.GetStringAsync($"https://{server.EndPoint}/").GetAwaiter().GetResult() == "next", "the client reaches the new proxy");
        server.Held.SetResult();
        Assert.Equal("tls", await held.Within());
        await server.Ended.Within();
    }

    [Fact]
    public async Task A_connection_that_was_accepted_just_before_the_hand_over_is_greeted_before_it_is_told_to_go()
    {
        const byte settings = 4;
        Use(App("shop"));
        await Serve();
        using var client = await Handshake(Trusting("x", o => o.ApplicationProtocols = [SslApplicationProtocol.Http2]));
        await using var next = await EdgeServer.Start("next", folder["s"], certificates);
        Assert.Equal("leaving", server!.Departure.State);
        await client.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray());
        var header = new byte[9];
        await client.ReadExactlyAsync(header).AsTask().Within();
        Assert.Equal(settings, header[3]);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
#pragma warning disable SYSLIB0039, CA5397 // The old version is asked for so that it is refused.
    [InlineData(SslProtocols.Tls11, false)]
#pragma warning restore SYSLIB0039, CA5397
    public async Task Only_tls_1_2_and_newer_is_spoken(SslProtocols version, bool spoken)
    {
        Use(App("shop"));
        await Serve();
        if (!spoken)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => Handshake(Trusting("x", o => o.EnabledSslProtocols = version)));
            return;
        }

        using var client = await Handshake(Trusting("x", o => o.EnabledSslProtocols = version));
        Assert.Equal(version, client.SslProtocol);
    }

    [Theory]
    [InlineData("rsa pkcs8")]
    [InlineData("rsa pkcs1")]
    [InlineData("ec pkcs8")]
    [InlineData("ec sec1")]
    [InlineData("one file")]
    public async Task Each_kind_of_key_is_read(string kind)
    {
        using AsymmetricAlgorithm key = kind.StartsWith("rsa", StringComparison.Ordinal) ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = EdgeChain.SelfSigned("kind", key);
        var pem = kind switch
        {
            "rsa pkcs1" => ((RSA)key).ExportRSAPrivateKeyPem(),
            "ec sec1" => ((ECDsa)key).ExportECPrivateKeyPem(),
            _ => key.ExportPkcs8PrivateKeyPem(),
        };
        var app = App("kind", certificate + (kind == "one file" ? "\n" + pem : ""), pem);
        Use(kind == "one file" ? app with { KeyPath = null } : app);
        await Serve();
        Assert.Equal("CN=kind", await Subject("x"));
        Assert.Empty(errors.ToString());
    }

    [Fact]
    public async Task A_new_certificate_is_served_soon_and_a_broken_one_never()
    {
        Use(App("before"));
        await Serve();
        Assert.Equal("CN=before", await Subject("x"));

        File.WriteAllText(folder["before.pem"], "-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n");
        await Eventually.True(() => errors.ToString().Contains("before.pem", StringComparison.Ordinal), "the operator is told");
        Assert.Contains("goes on serving", errors.ToString(), StringComparison.Ordinal);
        Assert.Equal("CN=before", await Subject("x"));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(folder["before.pem"], EdgeChain.SelfSigned("after", key));
        await Eventually.True(() => errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 2, "a certificate without its key is not used either");
        Assert.Equal("CN=before", await Subject("x"));

        File.WriteAllText(folder["before.key"], key.ExportPkcs8PrivateKeyPem());
        await Eventually.True(() => Subject("x").GetAwaiter().GetResult() == "CN=after", "the new one is served");
    }

    [Fact]
    public async Task An_app_whose_certificate_is_absent_is_told_of_once_and_served_by_anothers_until_it_comes()
    {
        var late = App("late", "late.example.com");
        var held = File.ReadAllText(late.CertificatePath!);
        File.Delete(late.CertificatePath!);
        Use(late, App("other", "other.example.com"));
        await Serve();
        Assert.Equal("CN=other", await Subject("late.example.com"));
        File.WriteAllText(late.CertificatePath!, held);
        await Eventually.True(() => Subject("late.example.com").GetAwaiter().GetResult() == "CN=late", "it is served");
        Assert.Single(errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("/dev/zero", "is not a regular file")]
    [InlineData("pipe", "is not a regular file")]
    [InlineData("huge", "is longer than 1,000,000 bytes")]
    [InlineData("/proc/self/mem", "cannot be used")]
    public async Task What_an_app_names_as_its_certificate_is_neither_waited_for_nor_read_without_end(string what, string says)
    {
        var hostile = App("hostile", "hostile.example.com");
        File.Delete(hostile.CertificatePath!);
        if (what == "pipe")
            await System.Diagnostics.Process.Start("mkfifo", hostile.CertificatePath!).WaitForExitAsync(TestContext.Current.CancellationToken);
        else if (what == "huge")
            File.WriteAllText(hostile.CertificatePath!, new string('x', 1_000_001));
        else
            File.CreateSymbolicLink(hostile.CertificatePath!, what);
        Use(hostile, App("other", "other.example.com"));
        await Serve();
        Assert.Equal("CN=other", await Subject("hostile.example.com"));
        Assert.Contains(says, errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_certificate_a_handshake_fails_and_the_proxy_lives()
    {
        Use();
        await Serve();
        await Assert.ThrowsAnyAsync<Exception>(() => Subject("x"));
        Use(App("shop"));
        Assert.Equal("CN=shop", await Subject("x"));
    }

    void Use(params AppRoute[] apps) => certificates.Use(new RouteTable(1, apps));

    async Task Serve() => server = await EdgeServer.Start("tls", folder["s"], certificates);

    AppRoute App(string name, params string[] domains)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return App(name, EdgeChain.SelfSigned(name, key), key.ExportPkcs8PrivateKeyPem(), domains);
    }

    AppRoute App(string name, string certificatePem, string keyPem, params string[] domains)
    {
        File.WriteAllText(folder[name + ".pem"], certificatePem);
        File.WriteAllText(folder[name + ".key"], keyPem);
        return new AppRoute(name, domains, folder[name + ".pem"], folder[name + ".key"], new PoolRoute
        {
            Name = "web",
            Concurrency = 1,
            QueueLength = 1,
            QueueWait = TimeSpan.FromSeconds(1),
            RequestTimeout = TimeSpan.FromSeconds(1),
            BodyBytes = 1,
            ReadyPath = "/up",
            Workers = [],
        });
    }

    async Task<string> Subject(string? name)
    {
        using var client = await Handshake(Trusting(name));
        return client.RemoteCertificate!.Subject;
    }

    static SslClientAuthenticationOptions Trusting(string? name, Action<SslClientAuthenticationOptions>? change = null)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = name, RemoteCertificateValidationCallback = delegate { return true; } };
        change?.Invoke(options);
        return options;
    }

    async Task<SslStream> Handshake(SslClientAuthenticationOptions options)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server!.EndPoint).Within();
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(options).Within();
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
