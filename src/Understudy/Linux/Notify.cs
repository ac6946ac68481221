using System.Net.Sockets;
using System.Text;

namespace Understudy.Linux;

/// <summary>Tells the supervisor (systemd, or whatever set NOTIFY_SOCKET) how this process is.</summary>
static class Notify
{
    public static void Ready() => Say("READY=1");

    public static void Stopping() => Say("STOPPING=1");

    static void Say(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path)
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // A leading @ stands for the abstract namespace's NUL.
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path));
        }
        catch (SocketException)
        {
            // A supervisor that does not listen needs no word.
        }
    }
}
