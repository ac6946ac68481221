using System.Runtime.InteropServices;
using Understudy.Workers.Logs;

namespace Understudy.Cli;

/// <summary>`up` from its start to its end: boot, serve, stop.</summary>
internal sealed class UpSession(AgentOptions options, UpOutput output, TimeProvider time) : IDisposable
{
    static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(250);
    readonly TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource toldTwice = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly List<PosixSignalRegistration> signals = [];

    public async Task<int> Run()
    {
        // Files are stamped by the kernel's coarse clock, which is behind by some milliseconds.
        var began = time.GetUtcNow().UtcDateTime.AddSeconds(-1);
        PrepareRoot(options.Paths);
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            signals.Add(PosixSignalRegistration.Create(signal, Told));
        output.Found(options);
        if (await Start() is not { } agent)
            return ExitCode.Done;
        using var ending = new CancellationTokenSource();
        var printing = Task.WhenAll(Events(agent.Operations, ending.Token), Logs(began, ending.Token));
        string? failure;
        try
        {
            failure = await Boot(agent);
            if (failure is null && !told.Task.IsCompleted)
            {
                output.Serving(options);
                await told.Task;
            }
        }
        finally
        {
            await Stop(agent);
            await ending.CancelAsync();
            await printing;
        }
        output.Say("Stopped.");
        return failure is null ? ExitCode.Done : throw new CommandFailed(failure, ExitCode.Usage);
    }

    public void Dispose()
    {
        foreach (var signal in signals)
            signal.Dispose();
    }

    void Told(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!told.TrySetResult() && context.Signal == PosixSignal.SIGINT)
            toldTwice.TrySetResult();
    }

    /// <summary>Null when Ctrl-C came before anything ran.</summary>
    async Task<Agent?> Start()
    {
        using var given = new CancellationTokenSource();
        var starting = Agent.Start(options, given.Token);
        if (await Task.WhenAny(starting, told.Task) == told.Task)
            await given.CancelAsync();
        try
        {
            return await starting;
        }
        catch (OperationCanceledException) when (given.IsCancellationRequested)
        {
            return null;
        }
    }

    async Task<string?> Boot(Agent agent)
    {
        var began = time.GetTimestamp();
        using var timer = new PeriodicTimer(ProgressEvery, time);
        while (!agent.FirstBoot.IsCompleted && !told.Task.IsCompleted)
        {
            var pools = agent.Operations.Status().Apps.SelectMany(app => app.Pools).Where(pool => pool.Ready < pool.Wanted).Select(pool => $"{pool.Pool} {pool.Ready} of {pool.Wanted}");
            output.Progress($"starting: {string.Join(", ", pools)} ready after {Figures.Age(time.GetElapsedTime(began))}");
            await Task.WhenAny(agent.FirstBoot, told.Task, timer.WaitForNextTickAsync().AsTask());
        }
        return agent.FirstBoot.IsCompleted ? await agent.FirstBoot : null;
    }

    async Task Stop(Agent agent)
    {
        var within = options.Apps.SelectMany(app => app.Config.Processes).Select(process => process.Stop.Within).DefaultIfEmpty().Max();
        output.Say();
        output.Say($"Stopping: requests in flight end first, {Figures.Age(within)} at most. Ctrl-C again kills at once.");
        var stopping = agent.DisposeAsync().AsTask();
        using var timer = new PeriodicTimer(ProgressEvery, time);
        while (!stopping.IsCompleted && !toldTwice.Task.IsCompleted)
        {
            await Task.WhenAny(stopping, toldTwice.Task, timer.WaitForNextTickAsync().AsTask());
            if (!stopping.IsCompleted && Left(agent.Operations) is { } left)
                output.Progress(left);
        }
        if (!stopping.IsCompleted)
        {
            output.Say("Killing.");
            agent.StopAtOnce();
        }
        await stopping;
    }

    static string? Left(Operations operations)
    {
        try
        {
            var pools = operations.Status().Apps.SelectMany(app => app.Pools).ToList();
            return $"stopping: {pools.Sum(pool => pool.Workers.Count)} workers left, {pools.Sum(pool => pool.InFlight)} requests in flight";
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    async Task Events(Operations operations, CancellationToken ending)
    {
        // An earlier run's events are history: `understudy events` has them.
        var after = operations.NewestEvent;
        try
        {
            while (true)
            {
                foreach (var one in operations.Events(after, 1000))
                {
                    output.Event(one);
                    after = one.Id;
                }
                await operations.EventAfter(after, ending);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    async Task Logs(DateTime since, CancellationToken ending)
    {
        var logs = new WorkerLogFiles(options.Paths, null, null);
        await foreach (var (id, line) in WorkerLogs.Tail(options.Paths, () => logs.WrittenSince(since), -1, follow: true, ending))
            output.LogLine(WorkerLogFiles.Document(id, line));
    }

    static void PrepareRoot(Paths paths)
    {
        try
        {
            Directory.CreateDirectory(paths.Root!);
            var ignore = Path.Combine(paths.Root!, ".gitignore");
            if (!File.Exists(ignore))
                File.WriteAllText(ignore, "*\n");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailed($"State cannot be kept in {paths.Root}: {refused.Message} Name another folder with --root.", ExitCode.Usage);
        }
    }
}
