using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Understudy.Decisions.Fleet;
using Understudy.Decisions.Proxying;
using Understudy.Linux;
using Understudy.State;

namespace Understudy.Fleet;

/// <summary>This host's certificate and key in the fleet, and, on a host that keeps the store, what signs those of others.</summary>
sealed class FleetPapers : IDisposable
{
    /// <summary>What the sealed authority is bound to.</summary>
    const string Sealed = "fleet/authority";

    readonly Paths _paths;
    readonly SecretBox _box;
    readonly TimeProvider _time;
    readonly Lock _gate = new();
    HostIdentity _identity;

    FleetPapers(Paths paths, SecretBox box, TimeProvider time)
    {
        (_paths, _box, _time) = (paths, box, time);
        _identity = Load(paths);
    }

    public HostIdentity Identity
    {
        get
        {
            lock (_gate)
                return _identity;
        }
    }

    public string AuthorityPem => File.ReadAllText(AuthorityPath(_paths));

    /// <summary>SHA-256 of the authority's certificate.</summary>
    public byte[] Fingerprint
    {
        get
        {
            using var authority = X509Certificate2.CreateFromPem(AuthorityPem);
            return SHA256.HashData(authority.RawData);
        }
    }

    /// <summary>As the proxy is told.</summary>
    public HopRoute Hop => new(CertificatePath(_paths), CertificatePath(_paths), AuthorityPath(_paths));

    /// <summary>One file for certificate and key: so that nobody who reads it meets the old one of the one and the new one of the other.</summary>
    public static string CertificatePath(Paths paths) => Path.Combine(paths.Fleet, "host.pem");

    public static string AuthorityPath(Paths paths) => Path.Combine(paths.Fleet, "ca.pem");

    static string SignerPath(Paths paths) => Path.Combine(paths.Fleet, "authority.sealed");

    /// <exception cref="OperationRefused">They cannot be used.</exception>
    public static FleetPapers Open(Paths paths, SecretBox box, TimeProvider time)
    {
        try
        {
            return new FleetPapers(paths, box, time);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            throw new OperationRefused($"this host's papers in the fleet cannot be read: {missing.Message}. Let it join again with a new token");
        }
    }

    /// <summary>Puts them into the folder, before anything uses them.</summary>
    public static void Put(Paths paths, string authorityPem, string certificatePem, string keyPem)
    {
        Files.MakePrivateFolder(paths.Fleet);
        using (HostIdentity.Open(authorityPem, certificatePem, keyPem))
        {
            Files.Replace(AuthorityPath(paths), Encoding.ASCII.GetBytes(authorityPem + "\n"));
            Files.Replace(CertificatePath(paths), Encoding.ASCII.GetBytes($"{certificatePem}\n{keyPem}\n"));
        }
    }

    /// <summary>What let this host into a fleet, and others by it, is worth nothing in its hands any more.</summary>
    public static void Remove(Paths paths)
    {
        foreach (var path in (string[])[SignerPath(paths), CertificatePath(paths), AuthorityPath(paths)])
            File.Delete(path);
    }

    /// <summary>Makes this host one that signs.</summary>
    public static void PutSigner(Paths paths, SecretBox box, string authority) => Files.Replace(SignerPath(paths), box.Seal(authority, Sealed));

    public bool Signs => File.Exists(SignerPath(_paths));

    /// <summary>To be disposed. Null: this host does not sign.</summary>
    public FleetAuthority? Signer() => Signs ? FleetAuthority.Load(_box.Open(File.ReadAllBytes(SignerPath(_paths)), Sealed)) : null;

    /// <summary>A certificate for this host by its own signer.</summary>
    public void SignOwn(IPAddress address)
    {
        using var signer = Signer() ?? throw new OperationRefused("this host does not sign certificates");
        var (key, request) = HostIdentity.Ask(Identity.Host);
        Renew(signer.Issue(request, Identity.Host, [address], _time), key);
    }

    /// <summary>From now on these are shown; connections that stand go on.</summary>
    public void Renew(string certificatePem, string keyPem)
    {
        lock (_gate)
        {
            Put(_paths, File.ReadAllText(AuthorityPath(_paths)).TrimEnd('\n'), certificatePem, keyPem);
            // Not disposed: a handshake may be using it.
            _identity = Load(_paths);
        }
    }

    public void PutSigner(string authority) => PutSigner(_paths, _box, authority);

    public CertificateStanding Standing => Identity.Standing(_time);

    public void Dispose() => Identity.Dispose();

    static HostIdentity Load(Paths paths)
    {
        var pem = File.ReadAllText(CertificatePath(paths));
        return HostIdentity.Open(File.ReadAllText(AuthorityPath(paths)), pem, pem);
    }
}
