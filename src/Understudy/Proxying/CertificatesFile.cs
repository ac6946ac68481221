using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Understudy.Linux;

namespace Understudy.Proxying;

/// <summary>One app's certificate and key in PEM files. A new pair is taken when it is whole; until then the last good one serves.</summary>
/// <param name="keyPath">Null: the key lies in the certificate's file.</param>
internal sealed class CertificatesFile(string certificatePath, string? keyPath)
{
    (FileStamp? Certificate, FileStamp? Key) seen;
    bool looked;

    public string CertificatePath { get; } = certificatePath;

    public string? KeyPath { get; } = keyPath;

    /// <summary>Null: none could be loaded so far.</summary>
    public SslServerAuthenticationOptions? Options { get; private set; }

    /// <summary>Loads the pair if a file has changed. Null, or a sentence for the operator about why the new one is not used.</summary>
    public string? Refresh()
    {
        var now = (FileStamp.Of(CertificatePath), KeyPath is null ? null : FileStamp.Of(KeyPath));
        if (looked && now == seen) return null;
        looked = true;
        seen = now;
        try
        {
            return Load();
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or NotSupportedException)
        {
            var until = Options is null ? "Until it can be, another app's certificate answers in its place." : "The one before goes on serving.";
            return $"The certificate {CertificatePath}{(KeyPath is null ? "" : $" with the key {KeyPath}")} cannot be used: {wrong.Message.TrimEnd('.')}. {until} Put a PEM certificate (with its chain) and its unencrypted PEM key there; they are read again within a second.";
        }
    }

    /// <summary>A chain of certificates has a few thousand bytes.</summary>
    const int LargestBytes = 1_000_000;

    /// <summary>Null, or a sentence about what is wrong with a certificate that is used all the same.</summary>
    string? Load()
    {
        var pem = RegularFile.Text(CertificatePath, LargestBytes);
        using var ephemeral = X509Certificate2.CreateFromPem(pem, KeyPath is null ? pem : RegularFile.Text(KeyPath, LargestBytes));
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(pem);
        Options = new SslServerAuthenticationOptions
        {
            // Offline: to fetch missing intermediates or an OCSP answer from the network would hold up the start.
            ServerCertificateContext = SslStreamCertificateContext.Create(new X509Certificate2(ephemeral), chain, offline: true),
            EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
        };
        var ends = ephemeral.NotAfter.ToUniversalTime();
        return ends < TimeProvider.System.GetUtcNow() ? $"The certificate {CertificatePath} is used but expired on {ends:yyyy-MM-dd HH:mm} UTC; browsers refuse it. Renew it." : null;
    }
}

/// <summary>Tells one state of a file from the next, through symbolic links (certbot's live/ is made of them).</summary>
internal readonly record struct FileStamp(DateTime WrittenUtc, long LengthBytes, FileIdentity? Identity)
{
    public static FileStamp? Of(string path)
    {
        try
        {
            using var file = RegularFile.Open(path);
            return new FileStamp(File.GetLastWriteTimeUtc(file), RandomAccess.GetLength(file), FileIdentity.Of(file));
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
