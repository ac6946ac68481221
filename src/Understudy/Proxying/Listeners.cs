using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Understudy.Proxying;

/// <summary>One public listening socket.</summary>
/// <param name="Key">The address that was asked for, `127.0.0.1:0` where any free port would do: what a new proxy looks for among the sockets it is handed.</param>
internal sealed record Listener(string Key, ListenKind Kind, Socket Socket)
{
    public IPEndPoint EndPoint { get; } = (IPEndPoint)Socket.LocalEndPoint!;
}

/// <summary>The proxy's public listening sockets: bound afresh, or taken over from the proxy before.</summary>
internal sealed class Listeners : IDisposable
{
    /// <summary>The kernel caps it at net.core.somaxconn, which is 4096 by default.</summary>
    const int Backlog = 4096;

    readonly List<Listener> all = [];

    Listeners() { }

    public IReadOnlyList<Listener> All => all;

    /// <summary>The addresses as they were asked for, which the agent compares with its configuration; where any port would do, with the one that was found.</summary>
    public IReadOnlyList<string> Asked { get; private set; } = [];

    /// <summary>Takes what it wants from the inherited sockets, binds the rest, and closes the inherited ones that nobody wants any more.</summary>
    /// <exception cref="OperationRefused">An address is wrong, in use, or not allowed. Nothing stays open then.</exception>
    public static Listeners Open(IReadOnlyList<string> addresses, IReadOnlyDictionary<string, Socket>? inherited = null)
    {
        var listeners = new Listeners();
        var left = new Dictionary<string, Socket>(inherited ?? new Dictionary<string, Socket>());
        try
        {
            foreach (var (address, wanted) in Wanted(addresses))
                listeners.all.Add(new Listener(wanted.ToString(), address.Kind, left.Remove(wanted.ToString(), out var socket) ? socket : Bind(address, listeners.PortChosen(address, wanted))));
            listeners.Asked = [.. addresses.Select(a => ListenAddress.Parse(a) is { Port: 0 } any ? $"{any.Scheme}://{any.Host}:{listeners.PortOf(any)}" : a)];
            return listeners;
        }
        catch
        {
            listeners.Dispose();
            throw;
        }
        finally
        {
            foreach (var socket in left.Values) socket.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var listener in all) listener.Socket.Dispose();
    }

    /// <summary>`[::]` takes IPv4 in as well, so `0.0.0.0` on the same port says nothing new.</summary>
    static List<(ListenAddress Address, IPEndPoint EndPoint)> Wanted(IReadOnlyList<string> addresses)
    {
        if (addresses.Count == 0) throw new OperationRefused("The proxy was given no address to listen on. Name one, such as `--listen http://0.0.0.0:80`.");
        var wanted = new List<(ListenAddress Address, IPEndPoint EndPoint)>();
        foreach (var address in addresses.Select(ListenAddress.Parse))
            foreach (var ip in address.Addresses(Socket.OSSupportsIPv6 && LoopbackHasIPv6()))
                if (!wanted.Exists(w => w.EndPoint.Address.Equals(ip) && w.EndPoint.Port == address.Port && address.Port != 0))
                    wanted.Add((address, new IPEndPoint(ip, address.Port)));
        wanted.RemoveAll(w => w.EndPoint.Address.Equals(IPAddress.Any) && wanted.Exists(o => o.EndPoint.Address.Equals(IPAddress.IPv6Any) && o.EndPoint.Port == w.EndPoint.Port && o.Address.Kind == w.Address.Kind));
        return wanted;
    }

    int PortOf(ListenAddress any) => all.First(l => l.Key == new IPEndPoint(any.Addresses(hostHasIPv6: false)[0], 0).ToString()).EndPoint.Port;

    /// <summary>`http://localhost:0` gets one port for both of its addresses.</summary>
    IPEndPoint PortChosen(ListenAddress address, IPEndPoint wanted) =>
        wanted.Port == 0 && address.Host == "localhost" && wanted.AddressFamily == AddressFamily.InterNetworkV6
            ? new IPEndPoint(wanted.Address, all[^1].EndPoint.Port)
            : wanted;

    static Socket Bind(ListenAddress address, IPEndPoint endPoint)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (endPoint.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            // Not Socket.ExclusiveAddressUse: that is SO_REUSEADDR too on Linux, but says the opposite.
            socket.SetRawSocketOption(1, 2, MemoryMarshal.AsBytes<int>([1]));
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException refused)
        {
            socket?.Dispose();
            throw new OperationRefused($"Cannot listen on {endPoint} (asked for by `{address.Text}`): {Why(refused, endPoint)}");
        }
    }

    static string Why(SocketException refused, IPEndPoint endPoint) => refused.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => $"the port is in use by another program. See which with `ss -ltnp 'sport = :{endPoint.Port}'`, then stop it or choose another port.",
        SocketError.AccessDenied => $"not allowed. Ports below 1024 need root or CAP_NET_BIND_SERVICE; start as root, or choose a higher port, such as {(endPoint.Port == 443 ? 8443 : 8080)}.",
        SocketError.AddressNotAvailable => "this host does not have that address. See its addresses with `ip addr`, or listen on 0.0.0.0 for all of them.",
        SocketError.AddressFamilyNotSupported => "this host has no IPv6. Listen on 0.0.0.0 instead.",
        _ => $"{refused.Message}. Check the address, or choose another.",
    };

    static bool LoopbackHasIPv6()
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
