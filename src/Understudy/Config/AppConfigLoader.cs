using Understudy.Decisions.Config;
using Understudy.Releases;

namespace Understudy.Config;

/// <summary>
/// Reads an app's folder: understudy.yaml, Procfile, app.json and .env, whichever are there. Where two give the same, understudy.yaml
/// wins over the Procfile, both over app.json's worker counts, and `env:` over .env.
/// </summary>
static class AppConfigLoader
{
    public const string YamlName = "understudy.yaml";
    public const string ProcfileName = "Procfile";

    /// <summary>Never throws for what an operator may have written; all errors at once.</summary>
    public static ConfigResult<AppConfig> Load(string folder)
    {
        var errors = new ConfigErrors(AppKeys.Table);
        string[] files = [.. ((string[])[YamlName, ProcfileName, "app.json", ".env"]).Select(name => Path.Combine(folder, name))];
        if (Missing(folder, files) is { } missing)
            return ConfigResult<AppConfig>.Failed([missing]);
        var yaml = Read(files[0], errors, YamlTree.Read);
        var procfile = Read(files[1], errors, Procfile.Read);
        var formation = ReadOptional(files[2], errors, Formation.Read);
        var dotEnv = ReadOptional(files[3], errors, DotEnv.Read);
        if (yaml is null && procfile is null)
            return ConfigResult<AppConfig>.Failed(errors.InOrder(files));
        var bound = ConfigBinder.App(new AppSources(Path.GetFullPath(folder), yaml, procfile, formation, dotEnv), errors, files);
        if (bound.Value is { } config)
            ScheduleTimes.Check(config.Schedule, yaml, errors);
        return errors.Any ? ConfigResult<AppConfig>.Failed(errors.InOrder(files)) : bound;
    }

    static T? Read<T>(string path, ConfigErrors errors, Func<string, string, ConfigErrors, T?> read) where T : ConfigNode =>
        ConfigFile.IsThere(path) && ConfigFile.Read(path, errors) is { } text ? read(text, path, errors) : null;

    /// <summary>For names that other tools use too: a folder (Python keeps environments in .env/) or an empty file says nothing.</summary>
    static ConfigMap? ReadOptional(string path, ConfigErrors errors, Func<string, string, ConfigErrors, ConfigMap> read) =>
        new FileInfo(path) is { Exists: true, Length: > 0 } ? Read(path, errors, read) : null;

    static ConfigError? Missing(string folder, string[] files)
    {
        if (File.Exists(folder))
            return new ConfigError(new ConfigPlace(folder), "", "is a file, not a folder", "name the app's folder");
        if (!Directory.Exists(folder))
            return new ConfigError(new ConfigPlace(folder), "", "there is no such folder", "name the app's folder");
        if (ConfigFile.IsThere(files[0]) || ConfigFile.IsThere(files[1]))
            return null;
        var close = ((string[])["understudy.yml", "understudy.yaml.txt", "procfile", "Procfile.txt"]).FirstOrDefault(name => ConfigFile.IsThere(Path.Combine(folder, name)));
        return new ConfigError(new ConfigPlace(folder), "", "there is neither an understudy.yaml nor a Procfile in this folder",
            close is null ? "write one with `understudy init`" : $"rename {close} to {(close.StartsWith('u') ? YamlName : ProcfileName)}");
    }
}
