using System.Runtime.CompilerServices;

namespace Understudy.Workers.Logs;

/// <summary>The lines of several workers' logs as one stream.</summary>
static class WorkerLogs
{
    /// <summary>A size is asked of each followed log this often, and less and less often while none grows.</summary>
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(400);

    const long IdsEachMilliseconds = 1_000;

    /// <summary>
    /// The last lines of each worker's log, worker by worker, and with <paramref name="follow"/> all that come after, from new workers too, until
    /// cancelled; then it just ends. Lines longer than 64 KiB come in pieces. Terminal escapes are in the lines as the worker wrote them.
    /// </summary>
    /// <param name="workerIds">Asked again each second while following, for workers that start and logs that are removed.</param>
    /// <param name="lines">Of each worker; negative: all.</param>
    public static async IAsyncEnumerable<(string WorkerId, string Line)> Tail(
        Paths paths, Func<IReadOnlyList<string>> workerIds, int lines, bool follow, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var followed = new Dictionary<string, FollowedLog>();
        var found = new List<string>();
        try
        {
            Update(followed, paths, workerIds(), lines);
            foreach (var (id, log) in followed)
                foreach (var line in log.UpToNow(found, withRest: !follow))
                    yield return (id, line);

            var asked = Environment.TickCount64;
            var poll = Poll;
            while (follow && !cancellation.IsCancellationRequested)
            {
                foreach (var (id, log) in followed)
                    foreach (var line in log.Next(found))
                    {
                        poll = Poll;
                        yield return (id, line);
                    }
                if (Environment.TickCount64 - asked >= IdsEachMilliseconds)
                {
                    Update(followed, paths, workerIds(), -1);
                    asked = Environment.TickCount64;
                }
                if (followed.Values.All(log => log.AtEnd))
                {
                    await Task.Delay(poll, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    poll = TimeSpan.FromTicks(Math.Min(poll.Ticks + (poll.Ticks / 4), LongestPoll.Ticks));
                }
            }
        }
        finally
        {
            foreach (var log in followed.Values)
                log.Dispose();
        }
    }

    /// <summary>Opens the logs that are new, from their last lines on, and closes those, read to their end, of workers that are named no longer.</summary>
    static void Update(Dictionary<string, FollowedLog> followed, Paths paths, IReadOnlyList<string> ids, int lines)
    {
        foreach (var gone in followed.Keys.Except(ids).Where(id => followed[id].AtEnd).ToList())
        {
            followed[gone].Dispose();
            followed.Remove(gone);
        }
        foreach (var id in ids)
        {
            if (followed.ContainsKey(id) || WorkerLogReader.Open(paths.WorkerLog(id)) is not { } reader)
                continue;
            reader.SeekLast(lines);
            followed.Add(id, new FollowedLog(reader));
        }
    }
}
