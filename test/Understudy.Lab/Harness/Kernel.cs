using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Understudy.Linux;

namespace Understudy.Lab.Harness;

/// <summary>What the tests do to processes and ask of the kernel.</summary>
static partial class Kernel
{
    public static void Kill(int pid) => Send(pid, 9);

    public static void Freeze(int pid) => Send(pid, 19);

    public static void Thaw(int pid) => Send(pid, 18);

    public static void Terminate(int pid) => Send(pid, 15);

    public static void Interrupt(int pid) => Send(pid, 2);

    public static bool Lives(int pid) => ProcessStat.Read(pid) is { State: not ('Z' or 'X') };

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Pids of every process that carries this root's marker.</summary>
    public static IReadOnlyList<int> Marked(string root)
    {
        var wanted = $"{MarkerOwnership.Marker}={Ownership.KeyOf(new Paths(root))}/";
        return [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!, System.Globalization.CultureInfo.InvariantCulture))
            .Where(pid => Lives(pid) && (ProcFile.Text($"/proc/{pid}/environ") ?? "").Split('\0').Any(pair => pair.StartsWith(wanted, StringComparison.Ordinal)))];
    }

    static void Send(int pid, int signal)
    {
        if (pid <= 1)
            throw new ArgumentOutOfRangeException(nameof(pid), pid, "not a test's process");
        _ = kill(pid, signal);
    }

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
