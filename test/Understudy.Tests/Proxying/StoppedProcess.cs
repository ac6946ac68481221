using System.Diagnostics;
using Understudy.Linux;

namespace Understudy.Tests.Proxying;

/// <summary>A real process that can be stopped and continued, to stand for a worker's in /proc.</summary>
internal sealed class StoppedProcess : IDisposable
{
    readonly Process process = Process.Start("/bin/sleep", "600");

    public int Pid => process.Id;

    public long StartTicks => ProcessStat.Read(Pid)!.Value.StartTicks;

    public void Stop() => Kill("-STOP");

    public void Continue() => Kill("-CONT");

    void Kill(string signal)
    {
        using var kill = Process.Start("/bin/kill", [signal, Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
