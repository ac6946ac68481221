namespace Understudy.Decisions.Config;

/// <summary>Turns what the files say into a configuration, or into everything that is wrong with them.</summary>
public static class ConfigBinder
{
    /// <param name="errors">Where errors of reading the files may lie already.</param>
    /// <param name="files">The files in the order in which their errors are shown.</param>
    public static ConfigResult<AppConfig> App(AppSources sources, ConfigErrors errors, IReadOnlyList<string> files)
    {
        var root = sources.Merged();
        var bound = AppKeys.Rule.Bind(root, "", errors, out var config);
        if (bound && !errors.Any && config!.Processes.Count == 0)
            errors.Add(root.Place, "processes", "names no process", "write a Procfile, or `processes:` with `web: COMMAND` beneath it");
        if (!bound || errors.Any)
            return ConfigResult<AppConfig>.Failed(errors.InOrder(files));
        return new(config!.App.Length > 0 ? config : config with { App = Names.FromFolder(sources.Folder) }, []);
    }

    public static ConfigResult<HostConfig> Host(ConfigNode root, ConfigErrors errors)
    {
        var bound = HostKeys.Rule.Bind(root, "", errors, out var config);
        return bound && !errors.Any ? new(config, []) : ConfigResult<HostConfig>.Failed(errors.InOrder([root.Place.File]));
    }
}
