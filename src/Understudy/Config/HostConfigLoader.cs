using Understudy.Decisions.Config;

namespace Understudy.Config;

/// <summary>Reads a host's agent.yaml.</summary>
static class HostConfigLoader
{
    /// <summary>Never throws for what an operator may have written; all errors at once.</summary>
    public static ConfigResult<HostConfig> Load(string path)
    {
        var errors = new ConfigErrors(HostKeys.Table);
        if (!ConfigFile.IsThere(path))
            errors.Add(new ConfigPlace(path), "", "there is no such file", "write one with a line such as `apps: [/srv/shop]`");
        else if (ConfigFile.Read(path, errors) is { } text && YamlTree.Read(text, path, errors) is { } root)
            return ConfigBinder.Host(root, errors);
        return ConfigResult<HostConfig>.Failed(errors.InOrder([path]));
    }
}
