using Understudy.Decisions.Sampling;

namespace Understudy.Decisions.Config;

/// <summary>What `/etc/understudy/agent.yaml` says about one host.</summary>
public sealed record HostConfig
{
    /// <summary>The host's name. Default: the machine's host name.</summary>
    public string? Host { get; init; }

    /// <summary>Public addresses of the proxy: `http://ADDRESS:PORT` or `https://ADDRESS:PORT`. Default http://0.0.0.0:80.</summary>
    public IReadOnlyList<string> Listen { get; init; } = ["http://0.0.0.0:80"];

    /// <summary>Address and port where GET /metrics answers in the Prometheus format, without authentication. Default: none.</summary>
    public string? Metrics { get; init; }

    /// <summary>Where the agent answers other machines. Null, the default: only its unix socket.</summary>
    public ApiConfig? Api { get; init; }

    /// <summary>Other hosts that serve the same apps. Null, the default: this host is alone.</summary>
    public PeersConfig? Peers { get; init; }

    /// <summary>The apps that this host runs, by folder.</summary>
    public IReadOnlyList<AppFolder> Apps { get; init; } = [];

    /// <summary>The user that deployed apps build and run as. Null, the default: each app has one of its own.</summary>
    public string? User { get; init; }

    /// <summary>What the agent does when memory runs out. Default: it acts.</summary>
    public GuardMode Guard { get; init; } = GuardMode.Act;

    /// <summary>Bytes that all workers together may take. Null, the default: what the host has.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Writes one JSON line per request to log/access.log. Default false.</summary>
    public bool AccessLog { get; init; }

    /// <summary>Networks (CIDR) whose X-Forwarded-* headers are believed. Default: none.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>What becomes of stale processes of apps that do not say, or that this host does not run any more. Default: they are reaped.</summary>
    public StalePolicy Stale { get; init; }

    /// <summary>Bytes of a worker's live log before its head is archived. Default 10 MB.</summary>
    public long LogArchiveBytes { get; init; } = 10_000_000;

    /// <summary>Archives kept per worker. Default 5.</summary>
    public int LogArchivesKept { get; init; } = 5;
}

/// <summary>Where the agent's API answers other machines, by HTTPS and with a token.</summary>
/// <param name="Listen">Address and port.</param>
/// <param name="Certificate">PEM file with the certificate and its chain. Null: the agent makes one of its own.</param>
/// <param name="Key">PEM file with the certificate's private key.</param>
public sealed record ApiConfig(string Listen = "0.0.0.0:7443", string? Certificate = null, string? Key = null);

/// <summary>An app's folder on this host, and the user that its workers run as.</summary>
/// <param name="Path">The folder with understudy.yaml or a Procfile.</param>
/// <param name="User">Default: the folder's owner, which must not be root unless written here.</param>
public sealed record AppFolder(string Path, string? User);
