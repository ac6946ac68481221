using System.Diagnostics;
using System.Globalization;
using Understudy.Linux;

namespace Understudy.Tests.Sampling;

/// <summary>Real cgroups of a root in a temporary folder, and real programs in them: all of it is ended and removed with the test.</summary>
sealed class RealGroups : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly List<Process> _started = [];
    readonly List<string> _elsewhere = [];

    public RealGroups()
    {
        Paths = new Paths(_folder.Path);
        Directory.CreateDirectory(Paths.Lib);
        Directory.CreateDirectory(Paths.Run);
        var ownership = Ownership.For(Paths);
        if (ownership is not CgroupOwnership own)
        {
            _folder.Dispose();
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail($"no cgroups, and CI=true: {ownership.Describe}");
            Assert.Skip($"no cgroups: {ownership.Describe}");
            throw new UnreachableException();
        }
        Own = own;
    }

    public Paths Paths { get; }

    public CgroupOwnership Own { get; }

    /// <summary>Runs a bash script in a worker's or command's group. Its first line must be a number: that of the process that the test is about.</summary>
    public int Runs(string id, string script, string? mark = null) => Start($"echo $BASHPID > {Own.Prepare(id)}/cgroup.procs; {script}", mark ?? $"{Own.Key}/{id}");

    /// <summary>The same, in no group of ours.</summary>
    public int Start(string script, string? mark)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (mark is not null)
            start.Environment[MarkerOwnership.Marker] = mark;
        var process = Process.Start(start)!;
        _started.Add(process);
        return int.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    /// <summary>A cgroup of nobody.</summary>
    public string Elsewhere()
    {
        var folder = Path.Combine(Cgroups.Mount!, "elsewhere-" + Path.GetFileName(_folder.Path));
        Directory.CreateDirectory(folder);
        _elsewhere.Add(folder);
        return folder;
    }

    public static bool Lives(int pid) => ProcessStat.Read(pid) is { State: not ('Z' or 'X') };

    /// <summary>Waits for it, with a deadline that leaves a busy machine its time.</summary>
    public static void Until(string what, Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30)), "did not happen within 30 s: " + what);

    public void Dispose()
    {
        foreach (var id in Own.Found())
            Own.Kill(id, 0);
        foreach (var folder in _elsewhere)
            File.WriteAllText(Path.Combine(folder, "cgroup.kill"), "1");
        foreach (var process in _started)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
        Until("every group is removed", () => Own.Found().All(Own.Release) && _elsewhere.TrueForAll(Cgroups.Remove));
        Own.End();
        _folder.Dispose();
    }
}
