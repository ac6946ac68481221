using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Understudy.Decisions.Fleet;

namespace Understudy.Fleet;

/// <summary>A host's key, its certificate and the fleet's authority: what it shows to others, and what it asks of them.</summary>
sealed class HostIdentity : IDisposable
{
    const string ForServers = "1.3.6.1.5.5.7.3.1";

    readonly X509Certificate2 _authority;
    readonly X509Certificate2 _certificate;
    readonly SslStreamCertificateContext _shown;

    HostIdentity(X509Certificate2 authority, X509Certificate2 certificate)
    {
        _authority = authority;
        _certificate = certificate;
        _shown = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
    }

    public string Host => _certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    public DateTimeOffset Until => _certificate.NotAfter;

    /// <summary>A new key and the request for its certificate; each renewal has a new key.</summary>
    /// <returns>The key as PEM, and the request as PKCS #10.</returns>
    /// <param name="keyPem">A key that was made before. Null: a new one.</param>
    public static (string KeyPem, byte[] SigningRequest) Ask(string host, string? keyPem = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (keyPem is not null)
            key.ImportFromPem(keyPem);
        return (key.ExportPkcs8PrivateKeyPem(), new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256).CreateSigningRequest());
    }

    /// <exception cref="OperationRefused">The parts do not fit each other.</exception>
    public static HostIdentity Open(string authorityPem, string certificatePem, string keyPem)
    {
        try
        {
            return new HostIdentity(X509Certificate2.CreateFromPem(authorityPem), X509Certificate2.CreateFromPem(certificatePem, keyPem));
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new OperationRefused($"this host's certificate in the fleet cannot be used: {wrong.Message}. Let it join again with a new token", RefusalKind.Invalid);
        }
    }

    public CertificateStanding Standing(TimeProvider time) => CertificateRenewal.Standing(Host, _certificate.NotBefore, _certificate.NotAfter, time.GetUtcNow());

    /// <summary>For one who is asked: only hosts of this fleet get through.</summary>
    public SslServerAuthenticationOptions Server(params IEnumerable<SslApplicationProtocol> protocols) => new()
    {
        ServerCertificateContext = _shown,
        ClientCertificateRequired = true,
        CertificateChainPolicy = Policy(_authority, "1.3.6.1.5.5.7.3.2"),
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [.. protocols],
        AllowRenegotiation = false,
    };

    /// <summary>The same, where one who has no certificate yet may ask for one: what it may ask else is for the listener to know.</summary>
    public SslServerAuthenticationOptions ServerOfStrangersToo(params IEnumerable<SslApplicationProtocol> protocols)
    {
        var options = Server(protocols);
        options.RemoteCertificateValidationCallback = (_, certificate, _, errors) => certificate is null || errors == SslPolicyErrors.None;
        return options;
    }

    /// <summary>For one who asks: only the host that is meant gets the question.</summary>
    /// <param name="target">Its name or address, which its certificate must be for; null where the caller's handler sets it.</param>
    public SslClientAuthenticationOptions Client(string? target = null) => new()
    {
        TargetHost = target,
        ClientCertificateContext = _shown,
        CertificateChainPolicy = Servers(_authority),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
    };

    public void Dispose()
    {
        _certificate.Dispose();
        _authority.Dispose();
    }

    /// <summary>By which hosts of a fleet are known as servers.</summary>
    public static X509ChainPolicy Servers(X509Certificate2 authority) => Policy(authority, ForServers);

    /// <summary>The fleet's authority and no other, whatever the machine trusts besides.</summary>
    static X509ChainPolicy Policy(X509Certificate2 authority, string use) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { authority },
        RevocationMode = X509RevocationMode.NoCheck,
        ApplicationPolicy = { new Oid(use) },
        DisableCertificateDownloads = true,
    };
}
