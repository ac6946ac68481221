namespace Understudy.Decisions.Proxying;

/// <summary>How this host's proxy and those of the other hosts know one another: each shows a certificate of the same authority.</summary>
/// <param name="CertificatePath">PEM file with this host's certificate; read again when it changes.</param>
/// <param name="KeyPath">PEM file with its private key.</param>
/// <param name="AuthorityPath">PEM file with the certificates of the authority; while it is replaced, of the old and the new one.</param>
public sealed record HopRoute(string CertificatePath, string KeyPath, string AuthorityPath);
