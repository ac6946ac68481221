using System.Net;
using System.Net.Sockets;

namespace Understudy.Workers;

/// <summary>Hands out loopback ports to workers: 5000 and up as Procfile runners do, 100 to a pool, in turn, so that a port rests before it is used again.</summary>
sealed class Ports
{
    const int First = 5000;
    const int PerPool = 100;

    readonly Dictionary<string, int> _next = [];
    readonly HashSet<int> _taken = [];
    readonly Lock _gate = new();

    /// <summary>A port on which nothing listens now.</summary>
    public int Take(string pool)
    {
        lock (_gate)
        {
            if (!_next.TryGetValue(pool, out var next))
                next = First + (_next.Count * PerPool);
            for (var tried = 0; tried < 20_000; tried++, next = next + 1 < 32_768 ? next + 1 : First)
            {
                if (_taken.Contains(next) || !IsFree(next))
                    continue;
                _taken.Add(next);
                _next[pool] = next + 1;
                return next;
            }
        }
        throw new OperationRefused("no free port is left for a worker between 5000 and 32767 on 127.0.0.1");
    }

    /// <summary>Marks an adopted worker's port as its own.</summary>
    public void Adopt(int port)
    {
        lock (_gate)
            _taken.Add(port);
    }

    public void GiveBack(int port)
    {
        lock (_gate)
            _taken.Remove(port);
    }

    static bool IsFree(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = true };
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
