using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Understudy.Api;

/// <summary>An agent on another machine, by HTTPS and with a token. The token goes to nobody whose certificate is not the right one.</summary>
internal sealed class RemoteAgent(AgentAddress address, string token) : IAgentEndpoint
{
    public AgentAddress Address => address;

    public string Headers => $"Host: {address.HostAndPort}\r\nAuthorization: Bearer {token}\r\n";

    public AgentConnection Open(TimeSpan within)
    {
        var socket = Connect(within);
        try
        {
            if (!address.Tls)
                return new AgentConnection(socket, null);
            return new AgentConnection(socket, Secured(socket));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public AgentAbsent Absent(Exception failure, TimeSpan within) => new(failure.GetBaseException() is SocketException socket ? socket.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"""
            There is no agent at {address}: the name {address.Host} is not known here.
            Name the host as this machine knows it, or its IP address, in UNDERSTUDY_AGENT or --agent; the part behind # stays the same.
            """,
        SocketError.ConnectionRefused => $"""
            No agent answers at {address}: the connection was refused.
            See on that host whether the agent runs (`understudy status`) and agent.yaml has `api:`, with this port.
            """,
        SocketError.TimedOut or SocketError.WouldBlock => $"""
            No agent answers at {address}: nothing came within {within.TotalSeconds:0} s.
            See whether a firewall lets TCP port {address.Port} pass, and whether the agent runs there (`understudy status` on that host).
            """,
        _ => Gone(socket.Message),
    } : Gone(failure.Message));

    public string Strange(int status) => FormattableString.Invariant($"What answers at {address} is no agent: it said {status}. See which port `api:` of agent.yaml names.");

    string Gone(string why) => $"""
        The agent at {address} cannot be reached: {why}
        See whether it runs (`understudy status` on that host), and try again.
        """;

    Socket Connect(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // A stream of events is silent for hours; without probes a host that was switched off would never be noticed.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            // Not looked up: whoever answers for the name localhost could send a token elsewhere in the clear.
            EndPoint to = address.Host == "localhost" ? new IPEndPoint(IPAddress.Loopback, address.Port) : new DnsEndPoint(address.Host, address.Port);
            socket.ConnectAsync(to, deadline.Token).AsTask().GetAwaiter().GetResult();
            socket.ReceiveTimeout = (int)within.TotalMilliseconds;
            socket.SendTimeout = (int)within.TotalMilliseconds;
            return socket;
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    SslStream Secured(Socket socket)
    {
        string? distrust = null;
        var tls = new SslStream(new NetworkStream(socket));
        try
        {
            tls.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = address.Host,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                CertificateChainPolicy = address.Fingerprint is null ? null : Unasked(),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => (distrust = Distrust(certificate, chain, errors)) is null,
            });
            return tls;
        }
        catch (AuthenticationException refused)
        {
            tls.Dispose();
            throw new AgentUntrusted(distrust ?? $"""
                What answers at {address} is no agent: it does not speak TLS as one does ({(refused.InnerException ?? refused).Message.TrimEnd('.')}).
                See which address and port `api:` of agent.yaml on that host names.
                """);
        }
        catch
        {
            tls.Dispose();
            throw;
        }
    }

    /// <summary>Null: this is the agent that was meant.</summary>
    string? Distrust(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var found = certificate is null ? "" : Convert.ToHexStringLower(SHA256.HashData(certificate.GetRawCertData()));
        if (address.Fingerprint is { } wanted)
        {
            return found == wanted ? null : $"""
                The certificate at {address} is not the agent's that was named, and nothing was sent: its fingerprint is sha256:{found}, and sha256:{wanted} was expected.
                Either the host was set up anew (`understudy token create NAME` there prints the new one), or somebody stands between.
                """;
        }
        if (errors == SslPolicyErrors.None)
            return null;
        var why = errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"it is not for the name {address.Host}"
            : string.Join(", ", (chain?.ChainStatus ?? []).Select(status => status.StatusInformation.Trim().TrimEnd('.')).Distinct().DefaultIfEmpty("it has none"));
        return $"""
            The certificate at {address} is not trusted here, and nothing was sent: {why}.
            For an agent's own certificate the address ends in #sha256:FINGERPRINT, as `understudy token create NAME` on that host prints it. A private authority's certificate belongs among this machine's trusted ones.
            """;
    }

    /// <summary>A named fingerprint says it all: nothing is fetched to build a chain that nobody looks at.</summary>
    static X509ChainPolicy Unasked() => new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
}
