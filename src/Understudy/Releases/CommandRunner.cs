using System.Globalization;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>
/// Runs commands to their end in a limited cgroup of their own. However one ends, a good end included, none of its processes is left:
/// not one that double-forked, nor one that ignores TERM.
/// </summary>
/// <param name="binary">The Understudy whose exec verb starts them. Null: this one.</param>
sealed class CommandRunner(IOwnership ownership, ProcessExits exits, TimeProvider time, string? binary = null)
{
    static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(75);

    /// <summary>A process that waits for a lost disk cannot be killed; nobody waits longer for it than this.</summary>
    static readonly TimeSpan LongestKilling = TimeSpan.FromSeconds(30);

    public CommandClaims Claims { get; } = new();

    readonly ResourceLimits _limits = ResourceLimits.For(ownership);

    /// <summary>Which of a command's limits hold here, in words.</summary>
    public string Limits => _limits.Describe;

    /// <summary>Returns once none of its processes is left. A cancelled one is killed.</summary>
    /// <param name="line">Takes its lines as they come, the last one before this returns; of a flood only the newest.</param>
    public async Task<CommandResult> Run(CommandOrder order, Action<string>? line, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        CommandResult Ended(bool good, int? code, string how) => new(good, code, how, time.GetElapsedTime(began));
        if (cancellation.IsCancellationRequested)
            return Ended(false, null, "cancelled");
        if (Lack(order) is { } lack)
            return Ended(false, null, "not started: " + lack);
        using var claim = Claims.Take(order.Id);
        try
        {
            // What an agent that died has left under this name.
            if (await KillAll(order.Id, 0, Task.CompletedTask) is { } unkillable)
                return Ended(false, null, "not started: the one before it was " + unkillable);
            using var log = CommandLog.Open(order.Log, line is null ? null : new CommandLines(line, time), order.Secrets);
            using var running = Start(order);
            string? why = null;
            string? left;
            try
            {
                why = await Watch(order, running, log, began, cancellation);
            }
            finally
            {
                left = await KillAll(order.Id, running.Pid, running.Ended, running);
            }
            log.End();
            if ((left ?? why) is { } bad)
                return Ended(false, null, bad);
            var status = await running.Ended;
            if (status is not { } known)
                return Ended(false, null, "ended, and its exit code is unknown");
            return Ended(known.Code == 0, known.Code, known.Code != 0 && Lack(order) is { } full ? $"{known}, and {full}" : $"{known}");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return Ended(false, null, "not run to its end: " + refused.Message);
        }
    }

    RunningCommand Start(CommandOrder order)
    {
        var cgroup = ownership.Prepare(order.Id);
        try
        {
            var groups = _limits.Set(order.Id, cgroup, order.MemoryBytes, order.Processes, order.CpuWeightLow);
            try
            {
                return new RunningCommand(Spawn.Start(Spec(order, cgroup, groups), binary), groups, exits);
            }
            catch
            {
                groups.Remove();
                throw;
            }
        }
        catch
        {
            ownership.Release(order.Id);
            throw;
        }
    }

    ExecSpec Spec(CommandOrder order, string? cgroup, LimitedGroups groups) => new()
    {
        Command = ["/bin/sh", "-c", order.Command],
        Folder = order.Folder,
        Env = new Dictionary<string, string>(order.Env) { [MarkerOwnership.Marker] = $"{ownership.Key}/{order.Id}" },
        Cgroup = cgroup,
        Limiting = groups.Separate,
        OutOfMemoryScore = order.CpuWeightLow ? 500 : 0,
        User = order.User,
        Log = order.Log,
    };

    /// <summary>Until its first process has ended. Why it must be killed; null where it ended by itself.</summary>
    async Task<string?> Watch(CommandOrder order, RunningCommand running, CommandLog log, long began, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.WhenAny(running.Ended, Task.Delay(BetweenLooks, time, cancellation));
            log.Look();
            // Also when it ended by itself: a shell goes on after the kernel killed its child.
            if (running.Groups.OutOfMemory)
                return OutOfMemory(order);
            if (running.Ended.IsCompleted)
                return null;
            if (cancellation.IsCancellationRequested)
                return "cancelled";
            if (time.GetElapsedTime(began) is var took && took >= order.Within)
                return $"killed after {Duration(took)}: its deadline{Named(order.WithinKey)}";
            if (log.Overflows)
                return $"killed: it printed more than 64 MB, and the file system of {order.Log} cannot release a part of a file; put it on ext4, xfs, btrfs or tmpfs";
            if (Lack(order) is { } lack)
                return "killed: " + lack;
        }
    }

    /// <summary>Kills until nothing is left, and removes its groups. Null: done; else what could not be.</summary>
    /// <param name="ended">Its first process is reaped.</param>
    async Task<string?> KillAll(string id, int leader, Task ended, RunningCommand? running = null)
    {
        for (var began = time.GetTimestamp(); ; await Task.Delay(10, CancellationToken.None))
        {
            var left = ownership.Processes(id, leader);
            if (left.Count == 0 && ended.IsCompleted && ownership.Release(id) && running?.Groups.Remove() != false)
                return null;
            if (time.GetElapsedTime(began) > LongestKilling)
                return left.Count == 0 ? null : $"killed, and process {left[0]} does not end (it waits for a disk that does not answer?)";
            // By itself too: it may not have entered its cgroup yet.
            running?.Kill();
            ownership.Kill(id, leader);
        }
    }

    static string? Lack(CommandOrder order) => order.DiskFloor ? DiskSpace.Lack(order.Folder) : null;

    static string OutOfMemory(CommandOrder order) => $"killed: it used more than {Size(order.MemoryBytes ?? 0)} of memory{Named(order.MemoryKey)}";

    static string Named(string? key) => key is null ? "" : $" ({key})";

    static string Size(long bytes) => bytes >= 1_000_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.#} GB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB");

    static string Duration(TimeSpan took) => took.TotalSeconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.#} s")
        : took.Seconds == 0 ? $"{(int)took.TotalMinutes} m" : $"{(int)took.TotalMinutes} m {took.Seconds} s";
}
