using Understudy.Config;
using Understudy.Decisions.Config;

namespace Understudy.Doctor;

/// <summary>An app that this host is to run, found in the folders where apps lie, with or without an agent.</summary>
sealed record FoundApp(AppConfig Config, string Folder)
{
    /// <summary>Those of agent.yaml, those that were deployed, and the folder in which `up` keeps its state. What cannot be read is left out.</summary>
    public static IReadOnlyList<FoundApp> All(Paths paths, HostConfig? host)
    {
        var folders = (host?.Apps ?? []).Select(app => app.Path).ToList();
        var deployed = Path.GetDirectoryName(paths.AppFolder("any"))!;
        if (Directory.Exists(deployed))
            folders.AddRange(Directory.EnumerateDirectories(deployed).Select(app => Path.Combine(app, "current")).Where(Directory.Exists));
        if (paths.Root is { } root && Path.GetFileName(root) == ".understudy")
            folders.Add(Path.GetDirectoryName(root)!);
        return [.. folders.Select(folder => AppConfigLoader.Load(folder).Value is { } config ? new FoundApp(config, folder) : null).OfType<FoundApp>().DistinctBy(app => app.Config.App)];
    }
}
