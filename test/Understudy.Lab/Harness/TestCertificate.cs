using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Understudy.Lab.Harness;

/// <summary>A self-signed certificate in two PEM files, which can be replaced by another.</summary>
sealed class TestCertificate : IDisposable
{
    readonly LabFolder _folder = new();
    readonly string _name;

    public TestCertificate(string name)
    {
        _name = name;
        Replace();
    }

    public string Certificate => _folder["site.pem"];

    public string Key => _folder["site.key"];

    /// <summary>Of the certificate that is in the files now.</summary>
    public string Thumbprint { get; private set; } = "";

    /// <summary>Puts another pair in the files' place, as a renewal does.</summary>
    public void Replace()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={_name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(_name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        Put(Key, key.ExportPkcs8PrivateKeyPem());
        Put(Certificate, certificate.ExportCertificatePem());
        Thumbprint = certificate.Thumbprint;
    }

    public void Dispose() => _folder.Dispose();

    static void Put(string path, string text)
    {
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
