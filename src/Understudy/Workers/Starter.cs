using Microsoft.Data.Sqlite;
using Understudy.Decisions.Config;
using Understudy.Linux;
using Understudy.State;

namespace Understudy.Workers;

/// <summary>Starts the workers of one pool.</summary>
sealed class Starter(HostedApp app, ProcessConfig process, Paths paths, IOwnership ownership, WorkerLimits? limits, Ports ports, AppSecrets secrets)
{
    /// <summary>What a new worker will be, with its port; nothing runs yet.</summary>
    public Worker Plan(string id, TimeSpan now) => new(id)
    {
        Release = app.Release,
        Port = process.TakesRequests ? ports.Take($"{app.Config.App}.{process.Name}") : 0,
        StartedAt = now,
    };

    /// <summary>Runs it, and fills in its process.</summary>
    /// <exception cref="Exception">IO or Win32: the kernel refuses; the message says what.</exception>
    public PidFd? Start(Worker worker, Action shownReady)
    {
        var given = Secrets();
        var log = paths.WorkerLog(worker.Id);
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        if (process.Ready.Notify)
            worker.Notify = NotifySocket.Open(paths, worker.Id, app.User, shownReady);
        worker.Cgroup = ownership.Prepare(worker.Id);
        worker.Pid = Spawn.Start(new ExecSpec
        {
            Command = ["/bin/sh", "-c", process.Command],
            Folder = app.Folder,
            Env = WorkerEnvironment.For(
                app, given, process.Name, $"{Ownership.KeyOf(paths)}/{worker.Id}", worker.Port,
                process.Ready.Notify ? NotifySocket.PathOf(paths, worker.Id) : null),
            Cgroup = worker.Cgroup,
            Limiting = limits?.Prepare(worker.Id, worker.Cgroup, process.Recycle.MemoryBytes) ?? [],
            User = app.User,
            Log = log,
        });
        worker.StartTicks = ProcessStat.Read(worker.Pid)?.StartTicks ?? 0;
        return PidFd.Open(worker.Pid);
    }

    /// <summary>Without its secrets a worker would start and fail in odd places: so it does not start, and says which cannot be read.</summary>
    IReadOnlyDictionary<string, string> Secrets()
    {
        try
        {
            return secrets.For(app.Config.App);
        }
        catch (Exception refused) when (refused is OperationRefused or SqliteException)
        {
            throw new IOException(refused.Message, refused);
        }
    }
}
