using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

/// <summary>A proxy in a process of its own, on the runtime that these tests run on.</summary>
sealed class ProxyProcess : IDisposable
{
    readonly Process process;

    ProxyProcess(Process process) => this.process = process;

    public int Pid => process.Id;
    public bool Runs => !process.HasExited;

    /// <summary>Returns once it answers at the control path.</summary>
    public static async Task<ProxyProcess> Start(Paths paths, params string[] listen)
    {
        var dll = Path.Combine(AppContext.BaseDirectory, "understudy.dll");
        var started = new ProxyProcess(Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [dll, "proxy", "--root", paths.Root!, .. listen.SelectMany(address => new[] { "--listen", address })]))!);
        try
        {
            using var control = new ProxyControl(paths.ProxySocket, Eventually.Deadline);
            await Eventually.True(() => control.Report(default).GetAwaiter().GetResult()?.Pid == started.Pid, "the new proxy answers at the control path");
            return started;
        }
        catch
        {
            started.Dispose();
            throw;
        }
    }

    public async Task<int> Ended()
    {
        await process.WaitForExitAsync().Within();
        return process.ExitCode;
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, $"{Pid}"]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (Runs) process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
