using Understudy.Config;
using Understudy.Decisions.Config;
using Understudy.Linux;

namespace Understudy.Cli;

/// <summary>Reads the folders of apps, and says everything that is wrong with all of them at once.</summary>
internal static class HostedApps
{
    /// <summary>For the agent's service: workers run as the user that agent.yaml names, else as the folder's owner.</summary>
    /// <exception cref="CommandFailed">The configuration of one or more is wrong.</exception>
    public static IReadOnlyList<HostedApp> Read(IEnumerable<AppFolder> folders) => Read(folders, User);

    /// <summary>For `up`: workers run as whoever called, root included, who sees it happen.</summary>
    /// <exception cref="CommandFailed">The configuration of one or more is wrong.</exception>
    public static IReadOnlyList<HostedApp> ReadAsCaller(IEnumerable<string> folders) =>
        Read(folders.Select(folder => new AppFolder(folder, null)), (_, _) => null);

    static IReadOnlyList<HostedApp> Read(IEnumerable<AppFolder> folders, Func<AppFolder, List<string>, string?> user)
    {
        var errors = new List<string>();
        var apps = new List<HostedApp>();
        foreach (var folder in folders)
        {
            var result = AppConfigLoader.Load(folder.Path);
            errors.AddRange(result.Errors.Select(error => error.ToString()));
            if (result.Value is { } config)
                apps.Add(new HostedApp(config, Resolved(folder.Path), user(folder, errors), HostedApp.Local));
        }
        errors.AddRange(apps.GroupBy(app => app.Config.App).Where(group => group.Count() > 1)
            .Select(group => $"The app name \"{group.Key}\" is used by {string.Join(" and ", group.Select(app => app.Folder))}; write another `app:` in one of them."));
        return errors.Count == 0 ? apps : throw Wrong(errors);
    }

    public static HostConfig ReadHost(string path)
    {
        var result = HostConfigLoader.Load(path);
        return result.Value ?? throw Wrong([.. result.Errors.Select(error => error.ToString())]);
    }

    public static CommandFailed Wrong(IReadOnlyList<string> errors) => new(string.Join('\n', errors), ExitCode.Usage);

    /// <summary>The folder itself, so that a symbolic link may be changed while workers start from it.</summary>
    public static string Resolved(string folder)
    {
        var full = Path.GetFullPath(folder);
        return new DirectoryInfo(full).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? full;
    }

    static string? User(AppFolder folder, List<string> errors)
    {
        if (!Users.IsRoot)
        {
            if (folder.User is { } wanted && wanted != Users.Current?.Name)
                errors.Add($"{folder.Path}: its workers should run as {wanted}, and only an agent that is root can do that; remove `user:` or start the agent as root.");
            return null;
        }
        var user = folder.User ?? Users.OwnerOf(folder.Path)?.Name;
        if (user is null)
            errors.Add($"{folder.Path}: its owner has no name on this host; give the folder to a user, or write `user:` for it in agent.yaml.");
        else if (user == "root" && folder.User is null)
            errors.Add($"{folder.Path}: it belongs to root, and workers do not run as root unless it is written; give the folder to the app's user, or write `user:` for it in agent.yaml.");
        else if (Users.Find(user) is null)
            errors.Add($"{folder.Path}: there is no user {user} on this host; create it, or name another in agent.yaml.");
        return user;
    }
}
