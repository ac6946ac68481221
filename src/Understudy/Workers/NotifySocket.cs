using System.Net.Sockets;
using System.Text;
using Understudy.Linux;

namespace Understudy.Workers;

/// <summary>Where one worker says READY=1 (sd_notify). Each worker has its own, which only its user can write to: so a word is surely its own.</summary>
sealed class NotifySocket : IDisposable
{
    readonly Socket _socket;
    readonly string _path;

    NotifySocket(Socket socket, string path)
    {
        _socket = socket;
        _path = path;
    }

    public static NotifySocket Open(Paths paths, string workerId, string? user, Action ready)
    {
        var path = PathOf(paths, workerId);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (user is not null && Users.Find(user) is { } owner)
            Users.Give(path, owner);
        var notify = new NotifySocket(socket, path);
        _ = notify.Listen(ready);
        return notify;
    }

    public static string PathOf(Paths paths, string workerId) => Path.Combine(paths.Run, "notify", workerId);

    public void Dispose()
    {
        _socket.Dispose();
        File.Delete(_path);
    }

    async Task Listen(Action ready)
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(buffer);
                if (Encoding.UTF8.GetString(buffer, 0, length).Split('\n').Contains("READY=1"))
                    ready();
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException) { }
    }
}
