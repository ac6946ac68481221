using System.Diagnostics;
using Understudy.Bench.Linux;

namespace Understudy.Bench;

/// <summary>Every process that the benchmark starts, and the temporary folder that they live in. Ends them all.</summary>
/// <remarks>Start from the main thread only: a child ends with the thread that started it, so that none outlives a benchmark that was killed.</remarks>
sealed class Children : IDisposable
{
    readonly List<Child> _started = [];
    readonly List<Action> _atEnd = [];
    readonly Lock _gate = new();
    readonly ManualResetEventSlim _ending = new();
    int _logs;

    public string Folder { get; } = Directory.CreateTempSubdirectory("understudy-bench-").FullName;

    public string NewFolder() => Directory.CreateDirectory(Path.Combine(Folder, Path.GetRandomFileName())).FullName;

    /// <summary>Done when all ends, interrupted or not, after what was started has been stopped.</summary>
    public void AtEnd(Action action)
    {
        lock (_gate)
            _atEnd.Add(action);
    }

    /// <param name="core">Where it may run; null: anywhere.</param>
    /// <param name="environment">All that it has besides PATH.</param>
    public Child Start(IReadOnlyList<string> command, int? core = null, IReadOnlyDictionary<string, string>? environment = null, int orphanSignal = Signals.Kill)
    {
        Child? child;
        lock (_gate)
            child = _ending.IsSet ? null : StartNow(command, core, environment, orphanSignal);
        EndHereIfInterrupted();
        return child!;
    }

    /// <summary>Runs to the end and returns what it said; it must end with 0.</summary>
    public string Run(IReadOnlyList<string> command, TimeSpan within, int? core = null, IReadOnlyDictionary<string, string>? environment = null, Action? meanwhile = null)
    {
        // So that a timed command inside is told to stop, too.
        var child = Start(command, core, environment, Signals.Term);
        meanwhile?.Invoke();
        var ended = child.WaitForEnd(within);
        EndHereIfInterrupted();
        var code = ended ?? throw new BenchFailure($"did not end within {within.TotalSeconds:0} s: {child.Command}");
        var said = child.Said();
        return code == 0 ? said : throw new BenchFailure($"ended with {code}: {child.Command}\n{said}");
    }

    public void Pause(TimeSpan time)
    {
        _ending.Wait(time);
        EndHereIfInterrupted();
    }

    /// <summary>Ends all that still runs, the last started first.</summary>
    public void StopAll()
    {
        lock (_gate)
        {
            for (var i = _started.Count - 1; i >= 0; i--)
                _started[i].Stop();
            _started.Clear();
        }
    }

    public void Dispose()
    {
        _ending.Set();
        lock (_gate)
        {
            if (!Directory.Exists(Folder))
                return;
            StopAll();
            _atEnd.ForEach(action => action());
            Leftovers.Kill(Folder);
            Directory.Delete(Folder, recursive: true);
        }
    }

    // Whoever handles the interruption ends the process; a measurement that was cut short must not be told as a failed one.
    void EndHereIfInterrupted()
    {
        if (_ending.IsSet)
            Thread.Sleep(Timeout.Infinite);
    }

    Child StartNow(IReadOnlyList<string> command, int? core, IReadOnlyDictionary<string, string>? environment, int orphanSignal)
    {
        var log = Path.Combine(Folder, $"{++_logs}-{Path.GetFileName(command[0])}.log");
        File.WriteAllText(log, "");
        // A session of its own: Ctrl-C reaches this process alone, which then stops the others in order.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        string[] around = ["-c", "exec >\"$0\" 2>&1 </dev/null; exec \"$@\"", log, "setsid", "setpriv", "--pdeathsig", orphanSignal == Signals.Kill ? "KILL" : "TERM"];
        string[] pin = core is null ? [] : ["taskset", "-c", $"{core}"];
        foreach (var argument in (IEnumerable<string>)[.. around, .. pin, .. command])
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var child = new Child(Process.Start(start) ?? throw new BenchFailure($"{command[0]} cannot be started"), log, string.Join(' ', command));
        _started.Add(child);
        return child;
    }
}
