using Understudy.Decisions.Config.Rules;
using Understudy.Decisions.Proxying;

namespace Understudy.Decisions.Config;

/// <summary>The keys of understudy.yaml.</summary>
public static class AppKeys
{
    static readonly Key<string> App = new("app", new TextRule($"a name of {Names.Expected}", AppName, Names.Pattern),
        $"The app's name: {Names.Expected}.", fallbackSays: "the folder's name", example: "shop");

    static readonly Key<IReadOnlyList<string>> Domains = new("domains",
        new ListRule<string>(new TextRule("a host name such as shop.example.com, or *.example.com", Names.CheckDomain, @"^(\*\.)?[A-Za-z0-9_.-]+$"), "host names"),
        "Host names routed to this app. *.example.com matches one label or more in front.",
        fallbackSays: "every host name that no other app claims", example: "[shop.example.com]");

    static readonly Key<string> Certificate = new("certificate", new TextRule("a file's path"),
        "PEM file with the certificate and its chain; read again when it changes. Relative to the app's folder.", example: "/etc/ssl/shop.pem")
    { Required = true };
    static readonly Key<string> PrivateKey = new("key", new TextRule("a file's path"),
        "PEM file with the private key.", example: "/etc/ssl/shop.key")
    { Required = true };
    static readonly Key<TlsConfig> Tls = new("tls", new SectionRule<TlsConfig>([Certificate, PrivateKey],
        tls => new TlsConfig(tls.Get(Certificate), tls.Get(PrivateKey))),
        "The certificate for this app's domains on https:// listeners.", fallbackSays: "none");

    static readonly Key<string> Assets = new("assets", new TextRule("a folder's path such as public/assets, or a glob such as public/packs-*/**", CheckAssets),
        "Folder or glob of files that the proxy serves from every live release, so that a page of the last release finds its own. "
        + "public/assets/app.js has the URL /assets/app.js: its path below public (or wwwroot, or dist), and without such a folder its whole path.",
        fallbackSays: "none", example: "public/assets");

    static readonly Key<IReadOnlyList<string>> Packages = new("packages",
        new ListRule<string>(new TextRule("a Debian package's name", Names.CheckPackage, "^[a-z0-9][a-z0-9+.-]+$"), "Debian packages' names"),
        "Debian packages that the app needs on each host; a deploy installs those that are missing, where the agent is root.", fallbackSays: "none", example: "[libvips42]");

    static readonly Key<IReadOnlyList<string>> Build = new("build",
        new ListRule<string>(ProcessKeys.CommandRule, "shell commands"),
        "Commands run once per release by `understudy deploy`, in order, in a clean checkout, as the app's own user.", fallbackSays: "none", example: "[bundle install]");

    static readonly Key<string> Release = new("release", ProcessKeys.CommandRule,
        "Command run once per deploy, before the switch: migrations. A Procfile's `release:` is this.", fallbackSays: "none", example: "bin/rails db:migrate");

    static readonly Key<IReadOnlyList<string>> Check = new("check",
        new ListRule<string>(new TextRule("a page's path such as /products", Names.CheckPagePath, "^/[^ #]*$"), "pages' paths"),
        "Pages that each new worker of web must answer with 2xx or 3xx, several times in a row, before it gets requests.", fallbackSays: "the ready page", example: "[/, /products]");

    static readonly Key<IReadOnlyList<string>> Shared = new("shared",
        new ListRule<string>(new TextRule("a path in the app's folder such as storage or db/production.sqlite3", CheckShared), "paths in the app's folder"),
        "Files and folders that outlive releases: kept in shared/, and linked into each release.", fallbackSays: "none", example: "[storage, log]");

    static readonly Key<DeployConfig> Deploy = new("deploy", DeployKeys.Rule, "How a deploy goes.");

    static readonly Key<IReadOnlyList<KeyValuePair<string, ScheduledConfig>>> Schedule = new("schedule",
        new MapRule<ScheduledConfig>(DeployKeys.ScheduledRule, "commands by name", $"a name of {Names.Expected}", Names.Check, Names.Pattern),
        "Commands run at set times in the current release, each never twice at a time.", fallbackSays: "none", example: "nightly");

    static readonly Key<string> Stale = new("stale", StaleKey.Rule, StaleKey.Doc, fallbackSays: "what agent.yaml says", example: "reap");

    static readonly Key<IReadOnlyList<KeyValuePair<string, ProcessConfig>>> Processes = new("processes",
        new MapRule<ProcessConfig>(ProcessKeys.Rule, "process types by name", $"a name of {Names.Expected}", Names.CheckProcess, Names.Pattern),
        "The app's process types, by name; `jobs: COMMAND` is short for `jobs: {command: COMMAND}`. The one named web receives requests. A Procfile's processes are added; what is written here wins.",
        example: "web");

    static readonly Key<string> ServiceCommand = new("command", new TextRule("a shell command such as memcached -l $HOST -p $PORT -m 64"),
        "A shell command; $HOST and $PORT are where to listen.", example: "memcached -l $HOST -p $PORT -m 64")
    { Required = true };
    static readonly Key<long> ServicePort = new("port", new NumberRule(1, 65_535), "The port that it listens on.", example: "11211") { Required = true };
    static readonly Key<IReadOnlyList<KeyValuePair<string, ServiceConfig>>> Services = new("services",
        new MapRule<ServiceConfig>(new SectionRule<ServiceConfig>([ServiceCommand, ServicePort],
            service => new ServiceConfig(service.Name, service.Get(ServiceCommand), (int)service.Get(ServicePort))),
            "services by name", $"a name of {Names.Expected}", Names.Check, Names.Pattern),
        "Not in effect yet. Helper processes such as memcached, by name.", fallbackSays: "none", example: "memcached");

    static readonly Key<string> From = new("from", new TextRule("a file's path"), "The template.", example: "config/memcached.yml.tmpl") { Required = true };
    static readonly Key<string> To = new("to", new TextRule("a file's path"), "The file that is rendered.", example: "config/memcached.yml") { Required = true };
    static readonly Key<string> Notify = new("notify", new TextRule("an action such as restart web"), "What follows when it changed.", fallbackSays: "nothing", example: "restart web");
    static readonly Key<IReadOnlyList<TemplateConfig>> Templates = new("templates",
        new ListRule<TemplateConfig>(new SectionRule<TemplateConfig>([From, To, Notify],
            template => new TemplateConfig(template.Get(From), template.Get(To), template.Find(Notify))), "a list of templates"),
        "Not in effect yet. Files rendered when membership changes.", fallbackSays: "none");

    static readonly Key<IReadOnlyList<KeyValuePair<string, string>>> Env = new("env",
        new MapRule<string>(new EnvRule(), "variables by name", Names.EnvExpected, Names.CheckEnv, Names.EnvPattern),
        "Environment of every process of the app, over what a file named .env says. PORT is set for each worker and cannot be given.",
        fallbackSays: "none", example: "{RAILS_ENV: production}");

    public static readonly KeyTable Table =
        new([App, Domains, Tls, Assets, Packages, Build, Release, Check, Shared, Deploy, Processes, Stale, Schedule, Services, Templates, Env]);

    /// <summary>The whole file's rule. The app's name is empty where none is written.</summary>
    internal static readonly Rule<AppConfig> Rule = new SectionRule<AppConfig>(Table.Keys, BuildApp);

    static AppConfig BuildApp(Section app)
    {
        var domains = app.Find(Domains) ?? [];
        if (domains.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            app.Complain(Domains, $"names {twice.Key} twice", "remove one");
        return new AppConfig
        {
            App = app.Find(App) ?? "",
            Domains = [.. domains.Select(name => name.ToLowerInvariant())],
            Tls = app.Find(Tls),
            Assets = app.Find(Assets),
            Packages = app.Find(Packages) ?? [],
            Build = app.Find(Build) ?? [],
            Release = app.Find(Release),
            Check = app.Find(Check) ?? [],
            Shared = app.Find(Shared) ?? [],
            Deploy = app.Find(Deploy) ?? new DeployConfig(),
            Stale = StaleKey.Parse(app.Find(Stale)),
            Schedule = [.. (app.Find(Schedule) ?? []).Select(one => one.Value)],
            Processes = [.. (app.Find(Processes) ?? []).Select(process => process.Value)],
            Services = [.. (app.Find(Services) ?? []).Select(service => service.Value)],
            Templates = app.Find(Templates) ?? [],
            Env = new Dictionary<string, string>(app.Find(Env) ?? []),
        };
    }

    /// <summary>A path below the app's folder, without odd parts.</summary>
    static string? CheckShared(string path) =>
        path[0] == '/' || path.Split('/').Any(part => part is "" or "." or ".." or ".git") || path.Any(char.IsControl) ? $"\"{path}\" is not a path below the app's folder" : null;

    static string? CheckAssets(string pattern) => AssetPattern.Parse(pattern) is null ? $"\"{pattern}\" is not a path below the app's folder" : null;

    static string? AppName(string name) => Names.Check(name) is { } wrong ? $"\"{name}\" {wrong}" : null;
}
