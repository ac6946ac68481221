using System.Globalization;

namespace Understudy.Tests.Linux;

/// <summary>A tree in a temporary folder that looks like /proc.</summary>
sealed class FakeProc : IDisposable
{
    /// <summary>The pid namespace of who looks.</summary>
    public const string OwnNamespace = "pid:[4026531836]";

    readonly TemporaryFolder _folder = new();

    public FakeProc()
    {
        Directory.CreateDirectory(_folder["self/ns"]);
        File.CreateSymbolicLink(_folder["self/ns/pid"], OwnNamespace);
    }

    public string Path => _folder.Path;

    /// <summary>A process; what is null has no file, as where it vanished between two reads.</summary>
    public FakeProc Add(int pid, int parent = 1, long start = 100, char state = 'S', string name = "ruby", string? command = null, string? environment = null,
        string group = "/", int pssKb = 0, int privateKb = 0, int swapKb = 0, int residentPages = 0, uint user = 1000, int switches = 7, string? groups = null, string @namespace = OwnNamespace)
    {
        var here = Directory.CreateDirectory(_folder[pid.ToString(CultureInfo.InvariantCulture)]).FullName;
        Write(here, "stat", $"{pid} ({name}) {state} {parent} {pid} {pid} 0 -1 4194304 10 0 0 0 1 1 0 0 20 0 1 0 {start} 1000000 {residentPages} 18446744073709551615 0 0\n");
        Write(here, "statm", $"9999 {residentPages} {residentPages / 2} 5 0 123 0\n");
        Write(here, "smaps_rollup", $"5625f826c000-7ffd4b47c000 ---p 00000000 00:00 0                          [rollup]\nRss:  {pssKb * 2} kB\nPss:  {pssKb} kB\nPss_Dirty: 1 kB\n"
            + $"Shared_Clean: 77 kB\nPrivate_Clean:  {privateKb / 2} kB\nPrivate_Dirty:  {privateKb - (privateKb / 2)} kB\nSwap:  {swapKb * 3} kB\nSwapPss:  {swapKb} kB\nLocked: 0 kB\n");
        Write(here, "status", $"Name:\t{name}\nState:\t{state}\nPPid:\t{parent}\nUid:\t{user}\t{user}\t{user}\t{user}\nGid:\t0\t0\t0\t0\nvoluntary_ctxt_switches:\t{switches}\nnonvoluntary_ctxt_switches:\t3\n");
        Write(here, "cmdline", (command ?? name).Replace(' ', '\0') + "\0");
        Write(here, "environ", environment ?? "");
        Write(here, "cgroup", groups ?? $"4:memory:/\n1:cpu,cpuacct:/a\n0::{group}\n");
        Directory.CreateDirectory(System.IO.Path.Combine(here, "ns"));
        File.Delete(System.IO.Path.Combine(here, "ns", "pid"));
        File.CreateSymbolicLink(System.IO.Path.Combine(here, "ns", "pid"), @namespace);
        Write(here, "wchan", state == 'D' ? "io_schedule" : "0");
        return this;
    }

    /// <summary>One of which only its existence matters: for thousands of them.</summary>
    public FakeProc AddBare(int pid, long start)
    {
        var here = Directory.CreateDirectory(_folder[pid.ToString(CultureInfo.InvariantCulture)]).FullName;
        Write(here, "stat", $"{pid} (ruby) S 1 {pid} {pid} 0 -1 4194304 10 0 0 0 1 1 0 0 20 0 1 0 {start} 1000000 5 18446744073709551615 0 0\n");
        return this;
    }

    public FakeProc Without(int pid, string file)
    {
        File.Delete(System.IO.Path.Combine(_folder[pid.ToString(CultureInfo.InvariantCulture)], file));
        return this;
    }

    /// <summary>It ends.</summary>
    public FakeProc Remove(int pid)
    {
        Directory.Delete(_folder[pid.ToString(CultureInfo.InvariantCulture)], recursive: true);
        return this;
    }

    public void Dispose() => _folder.Dispose();

    static void Write(string folder, string file, string text) => File.WriteAllText(System.IO.Path.Combine(folder, file), text);
}
