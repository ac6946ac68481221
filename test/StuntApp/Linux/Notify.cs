using System.Net.Sockets;
using System.Text;

namespace StuntApp.Linux;

internal static class Notify
{
    /// <summary>sd_notify: a datagram to $NOTIFY_SOCKET, which may be in the abstract name space. False: there is no such socket.</summary>
    public static bool Send(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path)
            return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
        return true;
    }
}
