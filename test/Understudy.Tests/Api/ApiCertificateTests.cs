using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Understudy.Api;
using Understudy.Decisions.Config;

namespace Understudy.Tests.Api;

public sealed class ApiCertificateTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly Paths paths;

    public ApiCertificateTests()
    {
        paths = new Paths(folder.Path);
        Directory.CreateDirectory(paths.Lib);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_agents_own_is_made_once_and_lasts_ten_years()
    {
        var address = Open(new ApiConfig()).AddressAt("web-1", 7443);
        using var made = X509CertificateLoader.LoadCertificateFromFile(paths.ApiCertificate);
        Assert.Equal($"https://web-1:7443#sha256:{Convert.ToHexStringLower(SHA256.HashData(made.RawData))}", address);
        Assert.InRange(made.NotAfter.ToUniversalTime(), TimeProvider.System.GetUtcNow().UtcDateTime.AddYears(10).AddDays(-1), TimeProvider.System.GetUtcNow().UtcDateTime.AddYears(10));
        Assert.Equal("ECC", made.PublicKey.Oid.FriendlyName);
        Assert.Equal(address, Open(new ApiConfig()).AddressAt("web-1", 7443));
    }

    [Fact]
    public void One_that_an_authority_vouches_for_is_named_by_its_own_name_and_without_a_fingerprint()
    {
        using var authority = Issue("CN=an authority", null, "");
        using var site = Issue("CN=site", authority, "agent.example.com");
        Put(site);
        Assert.Equal("https://agent.example.com:7443", Open(Named).AddressAt("web-1", 7443));
    }

    [Fact]
    public void A_self_signed_one_is_named_by_its_fingerprint()
    {
        using var site = Issue("CN=site", null, "agent.example.com");
        Put(site);
        Assert.Equal($"https://web-1:7443#sha256:{Convert.ToHexStringLower(SHA256.HashData(site.RawData))}", Open(Named).AddressAt("web-1", 7443));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void A_damaged_one_is_named_with_what_to_do(string content)
    {
        File.WriteAllText(paths.ApiCertificate, content);
        var refused = Assert.Throws<OperationRefused>(() => Open(new ApiConfig()));
        Assert.Contains(paths.ApiCertificate, refused.Message);
        Assert.Contains("Restore it, or remove it", refused.Message);
    }

    [Fact]
    public void A_certificate_that_is_not_there_or_has_another_key_is_named()
    {
        Assert.Contains(folder["site.pem"], Assert.Throws<OperationRefused>(() => Open(Named)).Message);
        using var one = Issue("CN=one", null, "");
        using var other = Issue("CN=other", null, "");
        Put(one);
        File.WriteAllText(folder["site.key"], other.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Assert.Contains("cannot be used", Assert.Throws<OperationRefused>(() => Open(Named)).Message);
    }

    ApiConfig Named => new("0.0.0.0:7443", folder["site.pem"], folder["site.key"]);

    ApiCertificate Open(ApiConfig api) => ApiCertificate.Open(api, paths, TimeProvider.System);

    void Put(X509Certificate2 certificate)
    {
        File.WriteAllText(folder["site.pem"], certificate.ExportCertificatePem());
        File.WriteAllText(folder["site.key"], certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    /// <param name="authority">Null: it signs itself.</param>
    static X509Certificate2 Issue(string name, X509Certificate2? authority, string site)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority is null, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        if (site.Length > 0)
        {
            names.AddDnsName("*." + site);
            names.AddDnsName(site);
            request.CertificateExtensions.Add(names.Build());
        }
        var now = TimeProvider.System.GetUtcNow();
        if (authority is null)
            return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        using var issued = request.Create(authority, now.AddHours(-1), now.AddDays(20), [1, 2, 3]);
        return issued.CopyWithPrivateKey(key);
    }
}
