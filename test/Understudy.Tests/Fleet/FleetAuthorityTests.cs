using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Understudy.Decisions.Fleet;
using Understudy.Fleet;

namespace Understudy.Tests.Fleet;

/// <summary>Real handshakes between hosts of a fleet, and with those who are none.</summary>
public sealed class FleetAuthorityTests : IDisposable
{
    readonly FleetAuthority _fleet = FleetAuthority.Make(new SetTime(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(30)));

    [Theory]
    [InlineData("web-1")]
    [InlineData("127.0.0.1")]
    public async Task Hosts_of_one_fleet_know_each_other_by_name_and_by_address(string target)
    {
        using var server = Join(_fleet, "web-1", IPAddress.Loopback);
        using var client = Join(_fleet, "web-2");
        Assert.Null(await Refusal(server, client.Client(target)));
        Assert.Equal(("web-1", "web-2"), (server.Host, client.Host));
        Assert.Equal(CertificateStanding.Good, server.Standing(TimeProvider.System));
    }

    [Fact]
    public async Task A_host_is_not_taken_for_another()
    {
        using var server = Join(_fleet, "web-1");
        using var client = Join(_fleet, "web-2");
        Assert.NotNull(await Refusal(server, client.Client("web-3")));
    }

    [Fact]
    public async Task A_host_of_another_fleet_is_refused_by_both_sides()
    {
        using var others = FleetAuthority.Make(TimeProvider.System);
        using var ours = Join(_fleet, "web-1");
        using var theirs = Join(others, "web-1");
        Assert.NotNull(await Refusal(ours, theirs.Client("web-1")));
        Assert.NotNull(await Refusal(theirs, ours.Client("web-1")));
        // The server's own look, where the client would take anything.
        var careless = theirs.Client("web-1");
        careless.CertificateChainPolicy = null;
        careless.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        Assert.NotNull(await Refusal(ours, careless));
        careless.ClientCertificateContext = null;
        Assert.NotNull(await Refusal(ours, careless));
    }

    [Fact]
    public async Task An_expired_certificate_is_refused()
    {
        var then = new SetTime(TimeProvider.System.GetUtcNow() - CertificateRenewal.Lasts - TimeSpan.FromMinutes(1));
        using var late = Join(_fleet, "web-1", then);
        using var good = Join(_fleet, "web-2");
        Assert.Equal(CertificateStanding.Expired, late.Standing(TimeProvider.System));
        Assert.NotNull(await Refusal(late, good.Client("web-1")));
        Assert.NotNull(await Refusal(good, late.Client("web-2")));
    }

    [Fact]
    public async Task A_host_whose_clock_is_an_hour_behind_takes_a_new_certificate()
    {
        var ahead = new SetTime(TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1));
        using var server = Join(_fleet, "web-1", ahead);
        using var client = Join(_fleet, "web-2");
        Assert.Null(await Refusal(server, client.Client("web-1")));
    }

    [Fact]
    public async Task The_authority_is_the_same_once_it_was_written_down()
    {
        using var again = FleetAuthority.Load(_fleet.Export());
        Assert.Equal(_fleet.Fingerprint, again.Fingerprint);
        using var server = Join(_fleet, "web-1");
        using var client = Join(again, "web-2");
        Assert.Null(await Refusal(server, client.Client("web-1")));
    }

    [Fact]
    public void A_request_that_its_key_did_not_sign_gets_nothing()
    {
        var (_, request) = HostIdentity.Ask("web-1");
        request[^1] ^= 1;
        Assert.Throws<OperationRefused>(() => _fleet.Issue(request, "web-1", [], TimeProvider.System));
        Assert.Throws<OperationRefused>(() => _fleet.Issue([1, 2, 3], "web-1", [], TimeProvider.System));
    }

    [Fact]
    public void A_certificate_is_in_the_name_that_the_fleet_gives()
    {
        var (key, request) = HostIdentity.Ask("leader");
        using var identity = HostIdentity.Open(_fleet.CertificatePem, _fleet.Issue(request, "web-9", [], TimeProvider.System), key);
        Assert.Equal("web-9", identity.Host);
    }

    [Fact]
    public void A_certificate_with_another_key_is_refused()
    {
        var (_, request) = HostIdentity.Ask("web-1");
        Assert.Throws<OperationRefused>(() => HostIdentity.Open(_fleet.CertificatePem, _fleet.Issue(request, "web-1", [], TimeProvider.System), HostIdentity.Ask("web-1").KeyPem));
    }

    public void Dispose() => _fleet.Dispose();

    static HostIdentity Join(FleetAuthority fleet, string host, params IPAddress[] addresses) => Join(fleet, host, TimeProvider.System, addresses);

    static HostIdentity Join(FleetAuthority fleet, string host, TimeProvider time, params IPAddress[] addresses)
    {
        var (key, request) = HostIdentity.Ask(host);
        return HostIdentity.Open(fleet.CertificatePem, fleet.Issue(request, host, addresses, time), key);
    }

    /// <summary>Null: both sides took each other, and a byte went each way.</summary>
    static async Task<Exception?> Refusal(HostIdentity server, SslClientAuthenticationOptions client)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var outgoing = new TcpClient();
        await outgoing.ConnectAsync((IPEndPoint)listener.LocalEndpoint, limit.Token);
        using var incoming = await listener.AcceptTcpClientAsync(limit.Token);
        try
        {
            await Task.WhenAll(Serve(incoming, server.Server(), limit.Token), Call(outgoing, client, limit.Token));
            return null;
        }
        catch (Exception refused) when (refused is AuthenticationException or IOException)
        {
            return refused;
        }
    }

    static async Task Serve(TcpClient connection, SslServerAuthenticationOptions options, CancellationToken cancellation)
    {
        using (connection)
        {
            await using var stream = new SslStream(connection.GetStream());
            await stream.AuthenticateAsServerAsync(options, cancellation);
            var read = new byte[1];
            await stream.ReadExactlyAsync(read, cancellation);
            await stream.WriteAsync(read, cancellation);
        }
    }

    static async Task Call(TcpClient connection, SslClientAuthenticationOptions options, CancellationToken cancellation)
    {
        using (connection)
        {
            await using var stream = new SslStream(connection.GetStream());
            await stream.AuthenticateAsClientAsync(options, cancellation);
            await stream.WriteAsync(new byte[1], cancellation);
            await stream.ReadExactlyAsync(new byte[1], cancellation);
        }
    }
}
