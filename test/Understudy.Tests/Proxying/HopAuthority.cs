using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Proxying;

/// <summary>A fleet's certificate authority, and files with the certificates that it gives to hosts.</summary>
sealed class HopAuthority : IDisposable
{
    static readonly DateTimeOffset From = TimeProvider.System.GetUtcNow().AddDays(-10);

    readonly TemporaryFolder folder = new();
    readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly X509Certificate2 root;
    byte serial;

    public HopAuthority()
    {
        root = Request("fleet", key, authority: true).CreateSelfSigned(From, From.AddDays(40));
        File.WriteAllText(AuthorityPath, root.ExportCertificatePem());
    }

    public string AuthorityPath => Path.Combine(folder.Path, "authority.pem");

    /// <param name="until">Days from now until it ends; below 0 it has ended already.</param>
    public HopRoute Give(string host, int until = 20)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request(host, own, authority: false).Create(root, From, From.AddDays(10 + until), [++serial]);
        var route = new HopRoute(Path.Combine(folder.Path, host + ".pem"), Path.Combine(folder.Path, host + ".key"), AuthorityPath);
        File.WriteAllText(route.KeyPath, own.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(route.CertificatePath, certificate.ExportCertificatePem());
        return route;
    }

    public void Dispose()
    {
        root.Dispose();
        key.Dispose();
        folder.Dispose();
    }

    static CertificateRequest Request(string name, ECDsa key, bool authority)
    {
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, true));
        return request;
    }
}
