using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Understudy.Fleet;
using Understudy.State;

namespace Understudy.Tests.Fleet;

/// <summary>Hosts that ask to be let into a fleet, by real connections to where its agents listen.</summary>
public sealed class JoiningTests : IAsyncLifetime
{
    readonly TemporaryFolder _folder = new();
    readonly Database _database;
    readonly EmbeddedStore _store;
    readonly EventLog _events;
    readonly FleetAuthority _fleet = FleetAuthority.Make(TimeProvider.System);
    readonly FleetPapers _papers;
    readonly HostRegistry _registry;
    readonly JoinTokens _tokens;
    readonly FleetListener _listener;
    readonly CancellationTokenSource _stop = new();
    readonly Task _following;

    /// <summary>Any of 127.0.0.0/8 is this machine: each test has a port 7445 of its own.</summary>
    readonly string _address = $"127.{RandomNumberGenerator.GetInt32(1, 250)}.{RandomNumberGenerator.GetInt32(0, 250)}.{RandomNumberGenerator.GetInt32(1, 250)}";

    public JoiningTests()
    {
        var paths = new Paths(_folder.Path);
        Directory.CreateDirectory(paths.Lib);
        _database = new Database(paths.State);
        _store = new EmbeddedStore(_database, TimeProvider.System);
        _events = new EventLog(_database, TimeProvider.System);
        var box = new SecretBox(paths.SecretKey);
        var (key, asked) = HostIdentity.Ask("web-1");
        FleetPapers.Put(paths, _fleet.CertificatePem, _fleet.Issue(asked, "web-1", [IPAddress.Parse(_address)], TimeProvider.System), key);
        FleetPapers.PutSigner(paths, box, _fleet.Export());
        _papers = FleetPapers.Open(paths, box, TimeProvider.System);
        _registry = new HostRegistry(_store, _events);
        _following = _registry.Follow(_stop.Token);
        _tokens = new JoinTokens(_store, "web-1", _papers.Fingerprint, TimeProvider.System);
        _listener = new FleetListener(_papers, new FleetAdmission("web-1", _papers, _tokens, _registry, () => new FleetFile { Host = "web-1", Address = _address, Keepers = [_address], Epoch = 3 }, _events, TimeProvider.System));
    }

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _listener.Start(_address, Ending);
        await Knows(new HostRecord("web-1", _address, false, "x64", Product.Version, "3.4.23"));
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _stop.CancelAsync();
        await _following;
        _papers.Dispose();
        _fleet.Dispose();
        _stop.Dispose();
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_host_with_a_token_gets_a_certificate_of_the_fleet_and_a_second_one_with_the_same_token_none()
    {
        var token = await _tokens.Create(TimeSpan.FromMinutes(5), Ending);
        var (pem, from) = await FleetCalls.Authority(_address, _papers.Fingerprint, Ending);
        Assert.Equal((_fleet.CertificatePem, IPAddress.Loopback), (pem, from));
        var (key, asked) = HostIdentity.Ask("web-2");
        var answer = await Join(token, asked);
        Assert.Equal([_address], answer.Keepers);
        using var identity = HostIdentity.Open(pem, answer.Certificate, key);
        Assert.Equal("web-2", identity.Host);
        // The answer was lost: the same host may ask again, another may not.
        await Join(token, asked);
        Assert.Contains("was used before", await Refused(() => Join(token)), StringComparison.Ordinal);
        Assert.Equal(["host.joined", "host.joined", "host.refused"], _events.After(0, 10).Select(one => one.Kind));
    }

    [Theory]
    [InlineData("forged", "no such token was made in this fleet")]
    [InlineData("late", "has expired")]
    [InlineData("name", "the fleet has a host web-1")]
    [InlineData("bad name", "is not: write `host:`")]
    [InlineData("address", "its certificate would be for another's address")]
    [InlineData("version", "install the same version there")]
    [InlineData("request", "no request for a certificate")]
    public async Task What_is_not_right_is_refused_in_words(string what, string says)
    {
        var token = await _tokens.Create(what == "late" ? TimeSpan.FromTicks(1) : TimeSpan.FromMinutes(5), Ending);
        if (what == "forged")
            token = JoinTokens.Prefix + System.Buffers.Text.Base64Url.EncodeToString([.. RandomNumberGenerator.GetBytes(40), .. _papers.Fingerprint]);
        var (_, asked) = HostIdentity.Ask("web-2");
        var request = new JoinRequest(token, what switch { "name" => "web-1", "bad name" => "../web", _ => "web-2" }, what == "address" ? "10.9.9.9" : "127.0.0.1", what == "request" ? [1, 2, 3] : asked, what == "version" ? 99 : JoinRequest.Spoken);
        Assert.Contains(says, await Refused(() => FleetCalls.Join(_address, _fleet.CertificatePem, request, Ending)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fifty_hosts_that_join_at_once_are_all_let_in_under_their_own_names()
    {
        var answers = await Task.WhenAll(Enumerable.Range(10, 50).Select(async number =>
        {
            var token = await _tokens.Create(TimeSpan.FromMinutes(5), Ending);
            var (key, asked) = HostIdentity.Ask($"web-{number}");
            var answer = await FleetCalls.Join(_address, _fleet.CertificatePem, new JoinRequest(token, $"web-{number}", "127.0.0.1", asked, JoinRequest.Spoken), Ending);
            using var identity = HostIdentity.Open(_fleet.CertificatePem, answer.Certificate, key);
            return identity.Host;
        }));
        Assert.Equal(Enumerable.Range(10, 50).Select(number => $"web-{number}"), answers);
    }

    [Fact]
    public async Task A_token_of_another_fleet_is_not_even_shown()
    {
        Assert.Contains("of another fleet than the token", await Refused(() => FleetCalls.Authority(_address, SHA256.HashData("theirs"u8), Ending)), StringComparison.Ordinal);
        using var theirs = FleetAuthority.Make(TimeProvider.System);
        var (_, asked) = HostIdentity.Ask("web-2");
        Assert.Contains("is not of this fleet", await Refused(() => FleetCalls.Join(_address, theirs.CertificatePem, new JoinRequest("usj_", "web-2", "127.0.0.1", asked, 1), Ending)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_is_renewed_for_the_name_that_it_has_and_the_signer_goes_to_who_keeps_the_store_alone()
    {
        await Knows(new HostRecord("web-2", "127.0.0.1", false, "x64", Product.Version, null));
        using var two = Identity(_fleet, "web-2");
        // Whatever name the request itself has.
        var (key, asked) = HostIdentity.Ask("web-1");
        var answer = await FleetCalls.Renew(_address, two, new RenewRequest(asked), Ending);
        using var renewed = HostIdentity.Open(_fleet.CertificatePem, answer.Certificate, key);
        Assert.Equal(("web-2", null), (renewed.Host, answer.Authority));
        using var one = Identity(_fleet, "web-1");
        Assert.Contains("PRIVATE KEY", (await FleetCalls.Renew(_address, one, new RenewRequest(asked), Ending)).Authority, StringComparison.Ordinal);
        Assert.Equal(3, (await FleetCalls.Epoch(_address, two, Ending)).Epoch);
        using var gone = Identity(_fleet, "web-9");
        Assert.Contains("no host web-9", await Refused(() => FleetCalls.Renew(_address, gone, new RenewRequest(asked), Ending)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_shows_no_certificate_or_another_fleets_or_speaks_plain_HTTP_gets_nothing()
    {
        var (_, asked) = HostIdentity.Ask("web-2");
        using var theirs = FleetAuthority.Make(TimeProvider.System);
        using var stranger = Identity(theirs, "web-1");
        await Refused(() => FleetCalls.Renew(_address, stranger, new RenewRequest(asked), Ending));

        using var handler = new SocketsHttpHandler { SslOptions = new() { RemoteCertificateValidationCallback = static (_, _, _, _) => true } };
        using var nobody = new HttpClient(handler);
        var answer = await nobody.PostAsync(new Uri($"https://{_address}:{FleetFile.AgentPort}{FleetListener.RenewPath}"), new StringContent("{}"), Ending);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await nobody.GetAsync(new Uri($"https://{_address}:{FleetFile.AgentPort}/v1/status"), Ending)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await nobody.PostAsync(new Uri($"https://{_address}:{FleetFile.AgentPort}{FleetListener.JoinPath}"), new StringContent("{\"token\":"), Ending)).StatusCode);

        using var plain = new TcpClient();
        await plain.ConnectAsync(IPAddress.Parse(_address), FleetFile.AgentPort, Ending);
        await plain.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /v1/authority HTTP/1.1\r\nHost: x\r\n\r\n"), Ending);
        var buffer = new byte[100];
        var read = 0;
        try
        {
            read = await plain.GetStream().ReadAsync(buffer, Ending);
        }
        catch (IOException)
        {
        }
        Assert.DoesNotContain("HTTP", Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
    }

    async Task Knows(HostRecord host)
    {
        await _registry.Say(host, Ending);
        Assert.True(await Task.Run(() => SpinWait.SpinUntil(() => _registry.Hosts.Any(one => one.Host == host.Host), TimeSpan.FromSeconds(20)), Ending));
    }

    Task<JoinAnswerDocument> Join(string token, byte[]? asked = null) =>
        FleetCalls.Join(_address, _fleet.CertificatePem, new JoinRequest(token, "web-2", "127.0.0.1", asked ?? HostIdentity.Ask("web-2").SigningRequest, JoinRequest.Spoken), Ending);

    static async Task<string> Refused(Func<Task> ask) => (await Assert.ThrowsAsync<OperationRefused>(ask)).Message;

    static HostIdentity Identity(FleetAuthority fleet, string name)
    {
        var (key, asked) = HostIdentity.Ask(name);
        return HostIdentity.Open(fleet.CertificatePem, fleet.Issue(asked, name, [IPAddress.Loopback], TimeProvider.System), key);
    }
}
