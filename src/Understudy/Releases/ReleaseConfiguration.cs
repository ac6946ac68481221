using Understudy.Config;
using Understudy.Decisions.Config;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>A release's configuration, kept apart from its folder: that one belongs to the app, and what the agent does for it must not change with it.</summary>
static class ReleaseConfiguration
{
    static readonly string[] Names = [AppConfigLoader.YamlName, AppConfigLoader.ProcfileName, "app.json", ".env"];

    /// <summary>Copies the files of a tree that nobody else can enter. Links are not followed: they may lead to what only the agent may read.</summary>
    public static void Keep(string tree, string to)
    {
        Files.RemoveTree(to);
        Files.MakePrivateFolder(to);
        foreach (var name in Names)
        {
            var from = Path.Combine(tree, name);
            if (FileStatus.Of(from) is { Kind: FileKind.File, Size: <= ConfigFile.LargestBytes })
                File.Copy(from, Path.Combine(to, name));
            else if (Path.Exists(from) && name is AppConfigLoader.YamlName or AppConfigLoader.ProcfileName)
                throw new OperationRefused($"{name} of the release is no ordinary file of at most {ConfigFile.LargestBytes / 1_000_000} MB: put the file itself there", RefusalKind.Invalid);
        }
    }

    /// <param name="app">Its name, whatever its configuration says. Null: as that says.</param>
    /// <exception cref="OperationRefused">It is wrong; every error in a line of its own.</exception>
    public static AppConfig Read(string? app, string folder)
    {
        var result = AppConfigLoader.Load(folder);
        return result.Value is { } config ? config with { App = app ?? config.App } : throw new OperationRefused(string.Join('\n', result.Errors.Select(error => error.ToString())), RefusalKind.Invalid);
    }
}
