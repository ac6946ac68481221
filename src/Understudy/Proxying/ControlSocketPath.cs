using System.Net.Sockets;
using System.Text;

namespace Understudy.Proxying;

/// <summary>Where a control socket may lie: the kernel takes 107 bytes of path.</summary>
internal static class ControlSocketPath
{
    public const int LongestBytes = 107;

    /// <exception cref="OperationRefused">The path is too long.</exception>
    public static UnixDomainSocketEndPoint EndPoint(string path)
    {
        var bytes = Encoding.UTF8.GetByteCount(path);
        return bytes <= LongestBytes
            ? new UnixDomainSocketEndPoint(path)
            : throw new OperationRefused($"The path of the proxy's control socket is too long: `{path}` has {bytes} bytes, and the kernel takes {LongestBytes}. Choose a shorter folder with --root.");
    }

    public static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
