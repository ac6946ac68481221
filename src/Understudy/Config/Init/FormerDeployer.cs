using System.Text.RegularExpressions;
using Understudy.Decisions.Config;

namespace Understudy.Config.Init;

/// <summary>What Kamal's config/deploy.yml, Engine Yard's config/ey.yml and Capistrano's config/deploy.rb say that is still wanted.</summary>
static partial class FormerDeployer
{
    public static void Look(Findings found)
    {
        if (found.Files.Yaml("config/deploy.yml") is { } kamal)
            LookAtKamal(found, kamal);
        if (found.Files.Yaml("config/ey.yml")?["defaults"] is ConfigMap engineYard)
            LookAtEngineYard(found, engineYard);
        if (found.Files.Text("config/deploy.rb") is { } capistrano)
            LookAtCapistrano(found, capistrano);
    }

    static void LookAtKamal(Findings found, ConfigMap kamal)
    {
        if (Word(kamal["service"]) is { } service && Names.Check(service) is null)
            found.App = service;
        if (kamal["proxy"] is ConfigMap proxy)
        {
            IEnumerable<ConfigNode> hosts = proxy["hosts"] is ConfigList list ? list.Items : proxy["host"] is { } host ? [host] : [];
            found.Domains.AddRange(hosts.Select(Word).OfType<string>().SelectMany(names => names.Split(',')).Where(name => Names.CheckDomain(name) is null));
            if (Word((proxy["healthcheck"] as ConfigMap)?["path"]) is { } path && Names.CheckPagePath(path) is null)
                found.Ready = (path, "the health check's path in config/deploy.yml");
        }
        foreach (var role in (kamal["servers"] as ConfigMap)?.Entries ?? [])
            if (Word((role.Value as ConfigMap)?["cmd"]) is { } command)
                found.Add(new FoundProcess(role.Key.Text, command, "the command of this role in config/deploy.yml"));
        foreach (var variable in ((kamal["env"] as ConfigMap)?["clear"] as ConfigMap)?.Entries ?? [])
            if (Names.CheckEnv(variable.Key.Text) is null && variable.Value is ConfigScalar value)
                found.Env.Add((variable.Key.Text, value.Text, "from env.clear of config/deploy.yml"));
        if (Word(kamal["asset_path"]) is { } assets && InApp(assets) is { } publicPath)
            found.Assets = (publicPath, "asset_path in config/deploy.yml");
        foreach (var volume in (kamal["volumes"] as ConfigList)?.Items ?? [])
            if (Word(volume)?.Split(':') is [_, var inside, ..] && InApp(inside) is { } shared)
                found.Shared.Add((shared, "a volume in config/deploy.yml"));
        var secrets = ((kamal["env"] as ConfigMap)?["secret"] as ConfigList)?.Items.Select(Word).OfType<string>().Where(name => Names.CheckEnv(name) is null).ToList() ?? [];
        var give = secrets.Count == 0 ? "" : $"; give its secrets with `understudy env set {string.Join(' ', secrets)}` once it is deployed";
        found.Say($"Kamal's config/deploy.yml: its host names, health check, roles' commands, clear variables, assets and volumes are taken over{give}");
    }

    /// <summary>A path in Kamal's container as one in the app's folder, which is /rails or /app there.</summary>
    static string? InApp(string path) =>
        ((string[])["/rails/", "/app/"]).FirstOrDefault(root => path.StartsWith(root, StringComparison.Ordinal)) is { } root && path[root.Length..].Trim('/') is { Length: > 0 } inside && !inside.Contains("..", StringComparison.Ordinal)
            ? inside
            : null;

    static void LookAtCapistrano(Findings found, string script)
    {
        var linked = Linked().Matches(script).SelectMany(match => Quoted().Matches(match.Groups[1].Value).Select(word => word.Groups[1].Value)
            .Concat(match.Groups[2].Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        // Its own process files, and what is made anew in each release, need no sharing here.
        foreach (var path in linked.Where(path => path.Length > 0 && path[0] != '/' && !path.Contains("..", StringComparison.Ordinal) && !path.StartsWith("tmp/", StringComparison.Ordinal) && path is not ("log" or ".bundle" or "vendor/bundle")))
            found.Shared.Add((path, "linked_dirs and linked_files of config/deploy.rb"));
        found.Say("Capistrano's config/deploy.rb: its linked files and folders are taken over as `shared`");
    }

    static void LookAtEngineYard(Findings found, ConfigMap defaults)
    {
        if (Word(defaults["migrate"]) != "false" && Word(defaults["migration_command"]) is { } migration)
            found.Release ??= (migration, "migration_command in config/ey.yml");
        if (Word(defaults["precompile_assets"]) != "false" && Word(defaults["precompile_assets_command"]) is { } precompile)
            found.AddBuild(precompile, "precompile_assets_command in config/ey.yml");
        found.Say("Engine Yard's config/ey.yml: its migration and asset commands are taken over");
    }

    // append :linked_dirs, "log", "public/uploads"   or   set :linked_files, %w[config/master.key]
    [GeneratedRegex(@"^\s*(?:append|set)\s*\(?\s*:linked_(?:dirs|files)\s*,\s*((?:\[?\s*(?:""[^""\n]*""|'[^'\n]*')[\s,]*)*)(?:%w[\[({]([^\])}]*)[\])}])?", RegexOptions.Multiline)]
    private static partial Regex Linked();

    [GeneratedRegex(@"[""']([^""'\n]*)[""']")]
    private static partial Regex Quoted();

    static string? Word(ConfigNode? node) => node is ConfigScalar { IsNothing: false, Text.Length: > 0 } scalar && !scalar.Text.Contains("<%", StringComparison.Ordinal) ? scalar.Text : null;
}
