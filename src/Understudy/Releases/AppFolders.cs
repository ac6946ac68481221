using System.Globalization;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>Where a deployed app's files are, laid out as Capistrano's users know it.</summary>
sealed class AppFolders(Paths paths, string app)
{
    const string Second = "yyyyMMddHHmmss";

    public string Root { get; } = paths.AppFolder(app);
    public string Releases => Path.Combine(Root, "releases");

    /// <summary>Link to the release that serves.</summary>
    public string Current => Path.Combine(Root, "current");

    /// <summary>What outlives releases.</summary>
    public string Shared => Path.Combine(Root, "shared");

    /// <summary>HOME of the app's processes and builds: package managers keep their caches there.</summary>
    public string Home => Path.Combine(Root, "home");

    public string Artifacts => Path.Combine(Root, "artifacts");

    /// <summary>Uploaded files by their hash.</summary>
    public string Source => Path.Combine(Root, "source");

    /// <summary>Each release's configuration as it was built: the release's own folder belongs to the app.</summary>
    public string Configurations => Path.Combine(Root, "configurations");

    /// <summary>A line for each deploy and rollback.</summary>
    public string RevisionsLog => Path.Combine(Root, "revisions.log");

    public string Of(string release) => Path.Combine(Releases, release);

    public string ConfigurationOf(string release) => Path.Combine(Configurations, release);

    public string BuildLog(string release) => Path.Combine(paths.DeployLogs(app), release + ".log");

    /// <summary>Makes what is missing. The app's user may enter, and owns home and what lies in shared.</summary>
    public void Make(User? user)
    {
        Files.MakePassage(Path.GetDirectoryName(Root)!);
        Files.MakePrivateFolder(Root);
        foreach (var folder in (string[])[Releases, Shared, Home])
            Directory.CreateDirectory(folder);
        foreach (var folder in (string[])[Artifacts, Source, Configurations, paths.DeployLogs(app)])
            Files.MakePrivateFolder(folder);
        if (user is null)
            return;
        Users.GiveToGroup(Root, user);
        File.SetUnixFileMode(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        Users.Give(Home, user);
    }

    /// <summary>Points `current` at a release, in one step.</summary>
    public void SetCurrent(string release) => Files.ReplaceLink(Current, Path.Combine("releases", release));

    public void Note(string line) => File.AppendAllText(RevisionsLog, line + "\n");

    /// <summary>YYYYMMDDHHMMSS-hash, in UTC; names sort by time, also those of one second or of a clock that was set back.</summary>
    /// <param name="newest">The name of the newest release there is.</param>
    public string NewName(DateTimeOffset now, string hash, string? newest)
    {
        if (newest?.Split('-')[0] is { } second && DateTime.TryParseExact(second, Second, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var last) && now < last.AddSeconds(1))
            now = last.AddSeconds(1);
        string name;
        do
        {
            name = $"{now.UtcDateTime.ToString(Second, CultureInfo.InvariantCulture)}-{hash[..8]}";
            now += TimeSpan.FromSeconds(1);
        }
        while (Path.Exists(Of(name)));
        return name;
    }
}
