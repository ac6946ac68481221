using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Understudy.Bench;

static class Loopback
{
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Asks until the answer is 200.</summary>
    public static void WaitForAnswer(int port, Child server, TimeSpan within, Action<TimeSpan> pause)
    {
        var began = Stopwatch.StartNew();
        while (!Answers(port))
        {
            if (server.Ended || began.Elapsed > within)
                throw new BenchFailure($"{(server.Ended ? "ended before it served" : $"no good answer within {within.TotalSeconds:0} s")}: {server.Command}\n{server.Said()}");
            pause(TimeSpan.FromMilliseconds(20));
        }
    }

    static bool Answers(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 1000, SendTimeout = 1000 };
            socket.Connect(IPAddress.Loopback, port);
            socket.Send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8);
            var buffer = new byte[64];
            var length = socket.Receive(buffer);
            return Encoding.ASCII.GetString(buffer, 0, length).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
