using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Understudy.Decisions.Config;
using Understudy.Linux;

namespace Understudy.Api;

/// <summary>The certificate by which other machines know the agent: the one that agent.yaml names, read again when it is renewed, or one of the agent's own.</summary>
internal sealed class ApiCertificate
{
    const int OwnLastsYears = 10;
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    readonly string certificatePath;
    readonly string keyPath;
    readonly TimeProvider time;
    readonly Lock gate = new();
    Loaded loaded;
    long looked;
    (DateTime Certificate, DateTime Key) seen;

    ApiCertificate(string certificatePath, string keyPath, TimeProvider time)
    {
        (this.certificatePath, this.keyPath, this.time) = (certificatePath, keyPath, time);
        seen = Written();
        looked = time.GetTimestamp();
        loaded = Load();
    }

    /// <exception cref="OperationRefused">It cannot be used or made; the message says which file.</exception>
    public static ApiCertificate Open(ApiConfig api, Paths paths, TimeProvider time)
    {
        var own = paths.ApiCertificate;
        if (api.Certificate is null && !File.Exists(own))
            Make(own, time);
        try
        {
            return new ApiCertificate(api.Certificate ?? own, api.Key ?? own, time);
        }
        catch (Exception wrong) when (IsUnusable(wrong))
        {
            throw new OperationRefused(api.Certificate is null
                ? $"The agent's own certificate {own} cannot be used: {wrong.Message.TrimEnd('.')}. Restore it, or remove it: the agent then makes another, whose fingerprint clients have to be told anew (`understudy token create` prints it)."
                : $"The certificate {api.Certificate} with the key {api.Key}, which `api:` of agent.yaml names, cannot be used: {wrong.Message.TrimEnd('.')}. Put a PEM certificate (with its chain) and its unencrypted PEM key there.");
        }
    }

    /// <summary>What a handshake answers with now.</summary>
    public SslServerAuthenticationOptions Options => Now().Options;

    /// <summary>What other machines call the agent, as UNDERSTUDY_AGENT has it: with the fingerprint where no authority vouches for the certificate.</summary>
    /// <param name="host">The agent's name or address, where the certificate names none.</param>
    public string AddressAt(string host, int port)
    {
        var now = Now();
        return now.OwnIssuer
            ? FormattableString.Invariant($"https://{host}:{port}#{AgentAddress.FingerprintScheme}{now.Fingerprint}")
            : FormattableString.Invariant($"https://{now.Name ?? host}:{port}");
    }

    Loaded Now()
    {
        lock (gate)
        {
            if (time.GetElapsedTime(looked) < LookEvery)
                return loaded;
            looked = time.GetTimestamp();
            var written = Written();
            if (written == seen)
                return loaded;
            seen = written;
            try
            {
                loaded = Load();
            }
            catch (Exception wrong) when (IsUnusable(wrong))
            {
                Console.Error.WriteLine($"The API's new certificate {certificatePath} cannot be used: {wrong.Message.TrimEnd('.')}. The one before goes on serving.");
            }
            return loaded;
        }
    }

    (DateTime, DateTime) Written() => (File.GetLastWriteTimeUtc(certificatePath), File.GetLastWriteTimeUtc(keyPath));

    Loaded Load()
    {
        var pem = File.ReadAllText(certificatePath);
        using var ephemeral = X509Certificate2.CreateFromPem(pem, File.ReadAllText(keyPath));
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(pem);
        var options = new SslServerAuthenticationOptions
        {
            // Offline: to fetch missing intermediates or an OCSP answer from the network would hold up the start.
            ServerCertificateContext = SslStreamCertificateContext.Create(new X509Certificate2(ephemeral), chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
        };
        var name = ephemeral.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()).FirstOrDefault(name => !name.StartsWith('*'));
        return new Loaded(options, Convert.ToHexStringLower(SHA256.HashData(ephemeral.RawData)), ephemeral.IssuerName.RawData.AsSpan().SequenceEqual(ephemeral.SubjectName.RawData), name);
    }

    /// <summary>P-256: every client of these years takes it, and a handshake costs a tenth of RSA's.</summary>
    static void Make(string path, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=understudy agent", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        // From yesterday, for clients whose clock is behind.
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(OwnLastsYears));
        try
        {
            Files.Replace(path, System.Text.Encoding.ASCII.GetBytes($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n"));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new OperationRefused($"The API's certificate cannot be made at {path}: {refused.Message}");
        }
    }

    static bool IsUnusable(Exception wrong) => wrong is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or NotSupportedException;

    /// <param name="OwnIssuer">Nobody else vouches for it.</param>
    /// <param name="Name">The first host name that it is for.</param>
    sealed record Loaded(SslServerAuthenticationOptions Options, string Fingerprint, bool OwnIssuer, string? Name);
}
