using Understudy.State;

namespace Understudy.Workers;

/// <summary>Restarts an app when its tmp/restart.txt is touched, as Passenger's users are used to.</summary>
/// <param name="busy">A deploy of the app goes on: the file is looked at after it.</param>
sealed class RestartFiles(HostedPools pools, EventLog events, Func<string, bool> busy)
{
    readonly Dictionary<string, DateTime> _seen = [];

    /// <summary>Restarts the apps whose file is newer than at the last look, or at the first one newer than a worker that runs.</summary>
    public void Look()
    {
        foreach (var app in pools.Apps.Where(app => !busy(app.Config.App)))
        {
            var file = new FileInfo(Path.Combine(app.Folder, "tmp", "restart.txt"));
            var touched = file.Exists ? file.LastWriteTimeUtc : default;
            var running = pools.Of(app.Config.App).Select(pool => pool.OldestStart).Min();
            if (touched > (_seen.TryGetValue(file.FullName, out var before) ? before : running ?? DateTime.MaxValue))
            {
                events.Add("app.restart", $"{app.Config.App} is restarted, one worker at a time: {file.FullName} was touched", app.Config.App);
                foreach (var pool in pools.Of(app.Config.App))
                    pool.Restart();
            }
            _seen[file.FullName] = touched;
        }
    }
}
