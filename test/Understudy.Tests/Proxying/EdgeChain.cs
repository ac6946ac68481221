using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Understudy.Tests.Proxying;

/// <summary>A root, an intermediate signed by it, and a server's certificate signed by that.</summary>
sealed class EdgeChain : IDisposable
{
    static readonly DateTimeOffset From = TimeProvider.System.GetUtcNow().AddDays(-1);
    static readonly DateTimeOffset To = From.AddDays(30);

    public EdgeChain(string name)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var intermediateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Root = Request("root", rootKey, authority: true).CreateSelfSigned(From, To);
        using var intermediate = Request("intermediate", intermediateKey, authority: true).Create(Root, From, To.AddDays(-1), [1]).CopyWithPrivateKey(intermediateKey);
        var request = Request(name, leafKey, authority: false);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var leaf = request.Create(intermediate, From, To.AddDays(-2), [2]);
        LeafPem = leaf.ExportCertificatePem() + "\n";
        IntermediatePem = intermediate.ExportCertificatePem() + "\n";
        KeyPem = leafKey.ExportPkcs8PrivateKeyPem();
    }

    public X509Certificate2 Root { get; }
    public string LeafPem { get; }
    public string IntermediatePem { get; }
    public string KeyPem { get; }

    public static string SelfSigned(string name, AsymmetricAlgorithm key)
    {
        using var certificate = Request(name, key, authority: false).CreateSelfSigned(From, To);
        return certificate.ExportCertificatePem();
    }

    public void Dispose() => Root.Dispose();

    static CertificateRequest Request(string name, AsymmetricAlgorithm key, bool authority)
    {
        var request = key is RSA rsa
            ? new CertificateRequest("CN=" + name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=" + name, (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, true));
        return request;
    }
}
