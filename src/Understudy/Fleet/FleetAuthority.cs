using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Understudy.Decisions.Fleet;

namespace Understudy.Fleet;

/// <summary>Who may be told apart from strangers: the fleet's own certificate authority, and what it signs.</summary>
sealed class FleetAuthority : IDisposable
{
    const int LastsYears = 20;

    /// <summary>For servers, and for clients: every host is both.</summary>
    static readonly OidCollection Uses = [new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")];

    readonly X509Certificate2 _certificate;

    FleetAuthority(X509Certificate2 certificate) => _certificate = certificate;

    /// <summary>The certificate, by which hosts know each other.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem();

    /// <summary>SHA-256 of the certificate: a join token carries it, so that who joins knows the fleet before it trusts it.</summary>
    public byte[] Fingerprint => SHA256.HashData(_certificate.RawData);

    /// <summary>A new one; no other fleet's is like it.</summary>
    public static FleetAuthority Make(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // A name of its own: with two fleets' authorities of one name, a refusal would speak of a wrong signature.
        var request = new CertificateRequest($"CN=understudy fleet {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        return new FleetAuthority(request.CreateSelfSigned(now - CertificateRenewal.Backdated, now.AddYears(LastsYears)));
    }

    /// <param name="pem">As <see cref="Export"/> gave it.</param>
    public static FleetAuthority Load(string pem) => new(X509Certificate2.CreateFromPem(pem, pem));

    /// <summary>With the private key: for the hosts that sign, encrypted at rest.</summary>
    public string Export()
    {
        using var key = _certificate.GetECDsaPrivateKey()!;
        return $"{_certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }

    /// <summary>A certificate for the key that asks, in the name that the fleet gives it: whatever name the request itself asks for is not looked at.</summary>
    /// <param name="signingRequest">PKCS #10, signed with the host's own key.</param>
    /// <returns>PEM.</returns>
    /// <exception cref="OperationRefused">It is no such request, or not signed by its key.</exception>
    public string Issue(ReadOnlySpan<byte> signingRequest, string host, IReadOnlyList<IPAddress> addresses, TimeProvider time)
    {
        var asked = Read(signingRequest);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={host}"), asked, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        foreach (var address in addresses)
            names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(Uses, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var now = time.GetUtcNow();
        // A host that signs with its clock hours behind: no certificate begins before the one that signs it.
        var begins = now - CertificateRenewal.Backdated;
        var earliest = new DateTimeOffset(_certificate.NotBefore.ToUniversalTime());
        using var issued = request.Create(_certificate, begins > earliest ? begins : earliest, now + CertificateRenewal.Lasts, RandomNumberGenerator.GetBytes(16));
        return issued.ExportCertificatePem();
    }

    /// <summary>The key that a request asks for.</summary>
    /// <exception cref="OperationRefused">It is no such request, or not signed by its key.</exception>
    public static byte[] KeyOf(ReadOnlySpan<byte> signingRequest) => Read(signingRequest).ExportSubjectPublicKeyInfo();

    public void Dispose() => _certificate.Dispose();

    static PublicKey Read(ReadOnlySpan<byte> signingRequest)
    {
        try
        {
            return CertificateRequest.LoadSigningRequest(signingRequest, HashAlgorithmName.SHA256, out _).PublicKey;
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new OperationRefused($"this is no request for a certificate: {wrong.Message}", RefusalKind.Invalid);
        }
    }
}
