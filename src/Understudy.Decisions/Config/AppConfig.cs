using Understudy.Decisions.Sampling;

namespace Understudy.Decisions.Config;

/// <summary>What one app's repository says about how it runs: `understudy.yaml`, or just a Procfile.</summary>
public sealed record AppConfig
{
    /// <summary>The app's name: lower-case letters, digits and dashes, at most 63. Default: the folder's name.</summary>
    public required string App { get; init; }

    /// <summary>Host names routed to this app. Empty: every host name that no other app claims.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    public TlsConfig? Tls { get; init; }

    /// <summary>Folder or glob of files served from every live release.</summary>
    public string? Assets { get; init; }

    /// <summary>Debian packages that the app needs on each host.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Commands run once per release, in a clean checkout.</summary>
    public IReadOnlyList<string> Build { get; init; } = [];

    /// <summary>Command run once per deploy, before the switch.</summary>
    public string? Release { get; init; }

    /// <summary>Pages that a new worker must answer with 2xx or 3xx, several times in a row, before it gets requests. Empty: its ready page.</summary>
    public IReadOnlyList<string> Check { get; init; } = [];

    /// <summary>Files and folders that all releases share, kept in shared/ and linked into each.</summary>
    public IReadOnlyList<string> Shared { get; init; } = [];

    public DeployConfig Deploy { get; init; } = new();

    public IReadOnlyList<ScheduledConfig> Schedule { get; init; } = [];

    /// <summary>What becomes of processes of this app that no pool counts any more. Null, the default: what agent.yaml says.</summary>
    public StalePolicy? Stale { get; init; }

    /// <summary>The app's process types, in the order written. One named `web` receives requests.</summary>
    public IReadOnlyList<ProcessConfig> Processes { get; init; } = [];

    public IReadOnlyList<ServiceConfig> Services { get; init; } = [];

    public IReadOnlyList<TemplateConfig> Templates { get; init; } = [];

    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();
}

/// <summary>Certificate and key files in PEM, read again when they change.</summary>
public sealed record TlsConfig(string Certificate, string Key);

public sealed record ServiceConfig(string Name, string Command, int Port);

public sealed record TemplateConfig(string From, string To, string? Notify);
