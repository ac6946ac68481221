using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>This host's certificate among the fleet's proxies, and whose it believes. Looked at once a second for new files; the last good ones serve on.</summary>
internal sealed class HopTrust : IDisposable
{
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    readonly Action<string> complain;
    readonly Lock gate = new();
    readonly ITimer timer;
    HopRoute? route;
    (FileStamp?, FileStamp?, FileStamp?) seen;
    Papers? papers;
    long refused;

    public HopTrust(TimeProvider time, Action<string> complain)
    {
        this.complain = complain;
        timer = time.CreateTimer(_ => Refresh(), null, LookEvery, LookEvery);
    }

    /// <summary>Connections that were none of the fleet's.</summary>
    public long Refused => Interlocked.Read(ref refused);

    public void CountRefused() => Interlocked.Increment(ref refused);

    /// <param name="next">Null: this host is alone, and its hop listener, if any, takes nobody.</param>
    public void Use(HopRoute? next)
    {
        lock (gate)
        {
            if (next == route) return;
            (route, seen) = (next, default);
            if (next is null) Volatile.Write(ref papers, null);
        }

        Refresh();
    }

    /// <summary>Null: there is no usable certificate, so nobody is let in.</summary>
    public SslServerAuthenticationOptions? Server => Volatile.Read(ref papers)?.Server;

    /// <summary>For connections to other hosts; asked anew at each handshake, so that a renewed certificate is shown from the next one on.</summary>
    public SslClientAuthenticationOptions Client() => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        LocalCertificateSelectionCallback = (_, _, _, _, _) => Volatile.Read(ref papers)?.Own!,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => IsOfFleet(certificate),
    };

    public void Dispose() => timer.Dispose();

    bool IsOfFleet(X509Certificate? certificate)
    {
        if (Volatile.Read(ref papers) is not { } now || certificate is not X509Certificate2 shown) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(now.Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        // Nothing on the request's way may wait for the network.
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(shown);
    }

    void Refresh()
    {
        lock (gate)
        {
            if (route is null) return;
            var now = (FileStamp.Of(route.CertificatePath), FileStamp.Of(route.KeyPath), FileStamp.Of(route.AuthorityPath));
            if (now == seen) return;
            seen = now;
            try
            {
                Volatile.Write(ref papers, Load(route));
            }
            catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                var until = papers is null ? "Until they can be, this host neither takes nor gives requests of other hosts." : "Those before go on serving.";
                complain($"The certificate {route.CertificatePath}, its key {route.KeyPath} or the authority {route.AuthorityPath}, by which the hosts' proxies know one another, cannot be used: {wrong.Message.TrimEnd('.')}. {until} They are read again when they change.");
            }
        }
    }

    Papers Load(HopRoute from)
    {
        using var ephemeral = X509Certificate2.CreateFromPemFile(from.CertificatePath, from.KeyPath);
        var own = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        var authority = new X509Certificate2Collection();
        authority.ImportFromPemFile(from.AuthorityPath);
        if (authority.Count == 0) throw new CryptographicException($"{from.AuthorityPath} holds no certificate");
        return new Papers(own, authority, new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            ClientCertificateRequired = true,
            AllowRenegotiation = false,
            AllowTlsResume = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => IsOfFleet(certificate),
        });
    }

    sealed record Papers(X509Certificate2 Own, X509Certificate2Collection Authority, SslServerAuthenticationOptions Server);
}
