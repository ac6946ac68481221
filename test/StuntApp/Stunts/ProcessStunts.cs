using System.Net.Sockets;
using System.Text;
using StuntApp.Linux;

namespace StuntApp.Stunts;

/// <summary>Children, and sockets shared with them.</summary>
internal static class ProcessStunts
{
    private static readonly List<Socket> Shared = [];

    public static void Map(WebApplication app)
    {
        app.MapGet("/fork", (int? count, bool? detach, bool? ignoreTerm) =>
            new Offspring(Environment.ProcessId, detach == false ? Children.Fork(count ?? 1) : Children.Detach(count ?? 1, ignoreTerm == true)));

        // The founding bug: a connection opened before the fork, which parent and children then share.
        app.MapGet("/share", async (string peer, int? children, string? send, int? ms) =>
        {
            var colon = peer.LastIndexOf(':');
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(peer[..colon], int.Parse(peer[(colon + 1)..]));
            Shared.Add(socket);
            Libc.KeepAcrossExec((int)socket.Handle);
            if (send is not null)
                _ = Talk(socket, Encoding.ASCII.GetBytes(send + "\r\n"), ms ?? 100);
            return new SharedSocket(Environment.ProcessId, Children.Fork(children ?? 2), new FileInfo($"/proc/self/fd/{socket.Handle}").LinkTarget);
        });
    }

    private static async Task Talk(Socket socket, byte[] message, int milliseconds)
    {
        var buffer = new byte[4096];
        while (true)
        {
            await socket.SendAsync(message);
            if (await socket.ReceiveAsync(buffer) == 0)
                return;
            await Task.Delay(milliseconds);
        }
    }

    private sealed record Offspring(int Worker, IReadOnlyList<int> Children);

    private sealed record SharedSocket(int Worker, IReadOnlyList<int> Children, string? Inode);
}
