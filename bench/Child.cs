using System.Diagnostics;
using Understudy.Bench.Linux;

namespace Understudy.Bench;

/// <summary>A process that the benchmark started.</summary>
sealed class Child(Process process, string log, string command)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public int Pid { get; } = process.Id;
    public string Command => command;
    public bool Ended => process.HasExited;

    /// <summary>Its standard output and error so far.</summary>
    public string Said() => File.ReadAllText(log);

    public void Send(int signal) => Signals.Send(Pid, signal);

    /// <summary>Its exit code; null: it still runs.</summary>
    public int? WaitForEnd(TimeSpan within) => process.WaitForExit(within) ? process.ExitCode : null;

    /// <summary>TERM, and KILL for one that does not heed it.</summary>
    public void Stop(TimeSpan? patience = null)
    {
        if (process.HasExited)
            return;
        Send(Signals.Term);
        if (!process.WaitForExit(patience ?? Patience))
            Kill();
    }

    public void Kill()
    {
        if (process.HasExited)
            return;
        Send(Signals.Kill);
        process.WaitForExit();
    }
}
