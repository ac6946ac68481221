using Understudy.Decisions.Config.Rules;
using Understudy.Decisions.Proxying;
using Understudy.Decisions.Sampling;

namespace Understudy.Decisions.Config;

/// <summary>The keys of /etc/understudy/agent.yaml.</summary>
public static class HostKeys
{
    static readonly Key<string> Host = new("host", new TextRule("a host name", Names.CheckDomain, "^[A-Za-z0-9_.-]+$"),
        "The host's name.", fallbackSays: "the machine's host name", example: "web-1");

    static readonly Key<IReadOnlyList<string>> Listen = new("listen",
        new ListRule<string>(new TextRule("an address such as http://0.0.0.0:80", Names.CheckListen, "^https?://.+:[0-9]+/?$"), "addresses such as http://0.0.0.0:80"),
        "Public addresses of the proxy. https:// ones take their certificates from the apps' tls.", "http://0.0.0.0:80", example: "[http://0.0.0.0:80, https://0.0.0.0:443]");

    static readonly Key<string> Metrics = new("metrics", new TextRule("an address and port such as 127.0.0.1:9464", Names.CheckEndpoint, "^.+:[0-9]+$"),
        "Where GET /metrics answers in the Prometheus format, without authentication.", fallbackSays: "nowhere", example: "127.0.0.1:9464");

    static readonly Key<string> ApiListen = new("listen", new TextRule("an address and port such as 0.0.0.0:7443", Names.CheckEndpoint, "^.+:[0-9]+$"),
        "Address and port.", "0.0.0.0:7443", example: "0.0.0.0:7443");
    static readonly Key<string> ApiCertificate = new("certificate", new TextRule("a file's full path such as /etc/ssl/agent.pem", CheckFullPath, "^/"),
        "PEM file with the certificate and its chain; read again when it changes.", fallbackSays: "one of the agent's own, whose fingerprint `token create` prints", example: "/etc/ssl/agent.pem");
    static readonly Key<string> ApiKey = new("key", new TextRule("a file's full path such as /etc/ssl/agent.key", CheckFullPath, "^/"),
        "PEM file with the certificate's private key.", example: "/etc/ssl/agent.key");
    static readonly Key<ApiConfig> Api = new("api", new SectionRule<ApiConfig>([ApiListen, ApiCertificate, ApiKey], BuildApi),
        "Where other machines reach the agent by HTTPS, with a token that `understudy token create` makes; {} takes the defaults.", fallbackSays: "nowhere");

    static readonly TextRule Endpoint = new("an address and port such as 10.0.0.1:7444", Names.CheckEndpoint, "^.+:[0-9]+$");
    static readonly TextRule PemFile = new("a file's full path such as /etc/understudy/host.pem", CheckFullPath, "^/");
    static readonly Key<string> PeersListen = new("listen", Endpoint, "Where this host's proxy takes requests from theirs.", example: "10.0.0.1:7444") { Required = true };
    static readonly Key<string> PeersCertificate = new("certificate", PemFile, "PEM file with this host's certificate; read again when it changes.", example: "/etc/understudy/host.pem") { Required = true };
    static readonly Key<string> PeersKey = new("key", PemFile, "PEM file with the certificate's private key.", example: "/etc/understudy/host.key") { Required = true };
    static readonly Key<string> PeersAuthority = new("authority", PemFile,
        "PEM file with the certificate of the authority that signed the certificates of all these hosts. Whoever has a certificate of it is let in, so let it sign nothing else.", example: "/etc/understudy/hosts-ca.pem")
    { Required = true };
    static readonly Key<IReadOnlyList<KeyValuePair<string, string>>> PeersHosts = new("hosts",
        new MapRule<string>(Endpoint, "a list of names with addresses", "a host name", Names.CheckDomain, "^[A-Za-z0-9_.-]+$"),
        "The other hosts' names, each with the `listen` of its own `peers`.", example: "{web-2: \"10.0.0.2:7444\"}")
    { Required = true };
    static readonly Key<PeersConfig> Peers = new("peers", new SectionRule<PeersConfig>([PeersListen, PeersCertificate, PeersKey, PeersAuthority, PeersHosts], BuildPeers),
        "Other hosts that serve the same apps. Each proxy gives its clients' requests to whichever host has the fewest outstanding, over HTTP/2 and mutual TLS, and leaves out those that die or freeze.",
        fallbackSays: "none");

    static readonly Key<string> FolderPath = new("path", new TextRule("a folder's full path such as /srv/shop", CheckFullPath, "^/"),
        "The folder with understudy.yaml or a Procfile.", example: "/srv/shop")
    { Required = true };
    static readonly Key<string> User = new("user", new TextRule("a user's name", CheckUser, "^[a-z_][a-z0-9_.-]*$"),
        "The user that the app's workers run as.", fallbackSays: "the folder's owner, which must not be root unless it is written here", example: "shop");
    static readonly Key<IReadOnlyList<AppFolder>> Apps = new("apps",
        new ListRule<AppFolder>(new SectionRule<AppFolder>([FolderPath, User], app => new AppFolder(app.Get(FolderPath), app.Find(User)), FolderPath), "a list of apps' folders"),
        "The apps that this host runs; `- /srv/shop` sets the path alone.", fallbackSays: "none");

    static readonly Key<string> DeployedUser = new("user", new TextRule("a user's name", CheckUser, "^[a-z_][a-z0-9_.-]*$"),
        "The user that deployed apps build and run as, where the agent is root.", fallbackSays: "one of its own for each app, app-NAME, made when it is first deployed", example: "deploy");

    static readonly Key<string> Guard = new("guard", new ChoiceRule(GuardModes),
        "What the agent does when memory runs out: act (no pool grows, stale processes are killed, the largest worker over its budget is replaced, requests get 503, in this order), report (only says so), off.",
        "act", example: "act");
    static readonly SizeRule MemorySize = new(16_000_000, 1_000_000_000_000_000);
    static readonly Key<long> Memory = new("memory", MemorySize,
        "RAM that all workers together may take, by a cgroup where the kernel grants one; the memory guard then looks at that. Where cgroup v2 has the memory controller, the proxy and builds count too.",
        fallbackSays: "what the host has", example: "6GB");

    static readonly Key<bool> AccessLog = new("access_log", new FlagRule(),
        "Write one JSON line per request to access.log in the logs' folder.", "false", example: "false");

    static readonly Key<IReadOnlyList<string>> TrustedProxies = new("trusted_proxies",
        new ListRule<string>(new TextRule("a network such as 10.0.0.0/8", Names.CheckNetwork), "networks such as 10.0.0.0/8"),
        "Networks whose X-Forwarded-* headers are believed; everyone else's are dropped.", fallbackSays: "none", example: "[10.0.0.0/8]");

    static readonly Key<string> Stale = new("stale", StaleKey.Rule, StaleKey.Doc + " For apps that do not say, and those that this host does not run any more.", "reap", example: "reap");

    static readonly Key<long> Archive = new("archive", new SizeRule(64_000, 1_000_000_000_000),
        "Size of a worker's live log past which its head is compressed into an archive.", "10MB", example: "10MB");
    static readonly Key<long> Keep = new("keep", new NumberRule(0, 10_000), "Archives kept per worker; older ones are removed.", "5", example: "5");
    static readonly Key<(long Archive, int Keep)> Logs = new("logs", new SectionRule<(long, int)>([Archive, Keep],
        logs => (logs.Get(Archive), (int)logs.Get(Keep))), "How the workers' logs are kept.");

    public static readonly KeyTable Table = new([Host, Listen, Metrics, Api, Peers, Apps, DeployedUser, Guard, Memory, AccessLog, TrustedProxies, Stale, Logs]);

    internal static readonly Rule<HostConfig> Rule = new SectionRule<HostConfig>(Table.Keys, Build);

    static HostConfig Build(Section host)
    {
        if (host.Has(Listen) && host.Get(Listen).Count == 0)
            host.Complain(Listen, "is an empty list", "write an address such as http://0.0.0.0:80, or remove the key");
        var apps = host.Find(Apps) ?? [];
        if (apps.GroupBy(app => app.Path.TrimEnd('/')).FirstOrDefault(group => group.Count() > 1) is { } twice)
            host.Complain(Apps, $"names {twice.Key} twice", "remove one");
        var config = new HostConfig
        {
            Host = host.Find(Host),
            Listen = host.Get(Listen),
            Metrics = host.Find(Metrics),
            Api = host.Find(Api),
            Peers = host.Find(Peers),
            Apps = apps,
            User = host.Find(DeployedUser),
            Guard = ParseGuard(host.Get(Guard))!.Value,
            MemoryBytes = host.Has(Memory) ? host.Get(Memory) : null,
            AccessLog = host.Get(AccessLog),
            TrustedProxies = host.Find(TrustedProxies) ?? [],
            Stale = StaleKey.Parse(host.Get(Stale)) ?? StalePolicy.Reap,
        };
        return host.Has(Logs) ? config with { LogArchiveBytes = host.Get(Logs).Archive, LogArchivesKept = host.Get(Logs).Keep } : config;
    }

    static PeersConfig BuildPeers(Section peers)
    {
        var hosts = peers.Get(PeersHosts);
        if (hosts.GroupBy(host => host.Value).FirstOrDefault(group => group.Count() > 1) is { } twice)
            peers.Complain(PeersHosts, $"names {twice.Key} twice", "write each host's own address");
        if (hosts.Any(host => host.Value == peers.Get(PeersListen)))
            peers.Complain(PeersHosts, $"names this host's own address {peers.Get(PeersListen)}", "remove it: the other hosts are listed here");
        return new PeersConfig(
            peers.Get(PeersListen), new HopRoute(peers.Get(PeersCertificate), peers.Get(PeersKey), peers.Get(PeersAuthority)),
            [.. hosts.Select(host => new HostRoute(host.Key, host.Value))]);
    }

    static ApiConfig BuildApi(Section api)
    {
        if (api.Has(ApiCertificate) && !api.Has(ApiKey))
            api.Complain(ApiCertificate, "needs `key:` beside it", "write the path of its private key");
        if (api.Has(ApiKey) && !api.Has(ApiCertificate))
            api.Complain(ApiKey, "needs `certificate:` beside it", "write the path of its certificate");
        return new ApiConfig(api.Get(ApiListen), api.Find(ApiCertificate), api.Find(ApiKey));
    }

    /// <summary>What `guard:` may say.</summary>
    public static string[] GuardModes => ["off", "report", "act"];

    /// <summary>Null: it is none of them.</summary>
    public static GuardMode? ParseGuard(string text) => Array.IndexOf(GuardModes, text) is >= 0 and var mode ? (GuardMode)mode : null;

    /// <summary>What `memory:` says, or what is wrong with it.</summary>
    public static (long? Bytes, string? Wrong) ParseMemory(string text)
    {
        var errors = new ConfigErrors();
        return MemorySize.Bind(new ConfigScalar(text, false, new ConfigPlace("memory")), "memory", errors, out var bytes) ? (bytes, null) : (null, $"takes {MemorySize.Expected}.");
    }

    static string? CheckFullPath(string path) => path[0] == '/' ? null : $"\"{path}\" is not a full path";

    static string? CheckUser(string user) =>
        user.Length <= 32 && (char.IsAsciiLetterLower(user[0]) || user[0] == '_') && user.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-' or '.')
            ? null
            : $"\"{user}\" is not a user's name";
}
