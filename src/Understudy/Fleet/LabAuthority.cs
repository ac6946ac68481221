using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Understudy.Linux;

namespace Understudy.Fleet;

/// <summary>Certificates for a lab's hosts. The authority's key is nowhere but in memory, so nothing is ever added to it.</summary>
sealed class LabAuthority : IDisposable
{
    static readonly TimeSpan Lasts = TimeSpan.FromDays(30);

    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly DateTimeOffset _from;
    readonly X509Certificate2 _root;

    public LabAuthority(DateTimeOffset now)
    {
        _from = now.AddDays(-1);
        _root = Request("understudy lab", _key, authority: true).CreateSelfSigned(_from, now + Lasts);
    }

    /// <summary>Writes host.pem, host.key and hosts-ca.pem.</summary>
    public void Give(string name, string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request(name, key, authority: false).Create(_root, _from, _root.NotAfter, RandomNumberGenerator.GetBytes(8));
        Write("host.key", key.ExportPkcs8PrivateKeyPem());
        Write("host.pem", certificate.ExportCertificatePem());
        Write("hosts-ca.pem", _root.ExportCertificatePem());

        void Write(string file, string pem) => Files.Replace(Path.Combine(folder, file), System.Text.Encoding.ASCII.GetBytes(pem + "\n"));
    }

    public void Dispose()
    {
        _root.Dispose();
        _key.Dispose();
    }

    static CertificateRequest Request(string name, ECDsa key, bool authority)
    {
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, true));
        return request;
    }
}
