namespace Understudy.Decisions.Config;

/// <summary>What the files of an app's folder say, before they are one: null for a file that is not there.</summary>
/// <param name="Folder">Its full path; the app's name comes from it where none is written.</param>
public sealed record AppSources(string Folder, ConfigNode? Yaml, ConfigMap? Procfile, ConfigMap? Formation, ConfigMap? DotEnv)
{
    /// <summary>
    /// One tree, in which understudy.yaml wins key by key: the Procfile adds processes, and commands where the yaml gives none;
    /// app.json adds worker counts where nothing else gives them; .env adds variables that the yaml does not name.
    /// Every part keeps the place where it was written.
    /// </summary>
    public ConfigNode Merged()
    {
        var root = Yaml ?? new ConfigMap([], Procfile?.Place ?? new ConfigPlace(Folder));
        foreach (var entry in Procfile?.Entries ?? [])
            root = entry.Key.Text == "release" ? Under(root, entry) : Under(root, "processes", processes => AddCommand(processes, entry));
        foreach (var entry in Formation?.Entries ?? [])
            root = Under(root, "processes", processes => AddCount(processes, entry), onlyIfThere: true);
        foreach (var entry in DotEnv?.Entries ?? [])
            root = Under(root, "env", env => Under(env, entry));
        return root;
    }

    static ConfigNode AddCommand(ConfigNode processes, ConfigEntry process) => processes is ConfigMap map && map[process.Key.Text] is { } there
        ? Replace(map, process.Key.Text, Under(there, Named("command", process.Value)))
        : Under(processes, process);

    static ConfigNode AddCount(ConfigNode processes, ConfigEntry count)
    {
        if (processes is not ConfigMap map || map[count.Key.Text] is not { } there)
            return processes;
        var section = there is ConfigScalar { IsNothing: false } command ? new ConfigMap([Named("command", command)], command.Place) : there;
        return Replace(map, count.Key.Text, Under(section, Named("workers", count.Value)));
    }

    static ConfigEntry Named(string key, ConfigNode value) => new(new ConfigScalar(key, false, value.Place), value);

    /// <summary>Adds an entry to a map that has none of its name; anything else stays as it is.</summary>
    static ConfigNode Under(ConfigNode node, ConfigEntry entry) =>
        node is ConfigMap map && map[entry.Key.Text] is null ? map with { Entries = [.. map.Entries, entry] } : node;

    static ConfigNode Under(ConfigNode root, string key, Func<ConfigNode, ConfigNode> change, bool onlyIfThere = false)
    {
        if (root is not ConfigMap map)
            return root;
        if (map[key] is { } there)
            return Replace(map, key, change(there));
        return onlyIfThere ? root : Under(root, Named(key, change(new ConfigMap([], root.Place))));
    }

    static ConfigMap Replace(ConfigMap map, string key, ConfigNode value)
    {
        var entries = map.Entries.ToArray();
        var index = Array.FindIndex(entries, entry => entry.Key.Text == key);
        entries[index] = entries[index] with { Value = value };
        return map with { Entries = entries };
    }
}
