using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>Takes one message of a dump, without its netlink header.</summary>
delegate void NetlinkMessage(ReadOnlySpan<byte> message);

/// <summary>A question to the kernel's sock_diag family that is answered with many messages.</summary>
static unsafe partial class NetlinkDump
{
    const int Netlink = 16;
    const int Raw = 3;
    const int CloseOnExec = 0x80000;
    const int SockDiag = 4;
    const int HeaderLength = 16;
    const ushort ByFamily = 20;
    const ushort Request = 1;
    const ushort Dump = 0x300;
    const ushort ErrorMessage = 2;
    const ushort DoneMessage = 3;

    /// <summary>The kernel fills 32 KiB at a time for a reader that takes as much.</summary>
    const int BufferLength = 32 * 1024;

    /// <summary>False when the kernel refuses: it knows no such sockets, or may not tell.</summary>
    public static bool Ask(ReadOnlySpan<byte> question, NetlinkMessage take)
    {
        var socket = NetlinkDump.socket(Netlink, Raw | CloseOnExec, SockDiag);
        if (socket < 0)
            return false;
        try
        {
            return Send(socket, question) && Receive(socket, take);
        }
        finally
        {
            _ = close(socket);
        }
    }

    static bool Send(int socket, ReadOnlySpan<byte> question)
    {
        var length = HeaderLength + question.Length;
        var message = stackalloc byte[length];
        var header = new Span<byte>(message, length);
        header.Clear();
        MemoryMarshal.Write(header, (uint)length);
        MemoryMarshal.Write(header[4..], ByFamily);
        MemoryMarshal.Write(header[6..], (ushort)(Request | Dump));
        MemoryMarshal.Write(header[8..], 1u);
        question.CopyTo(header[HeaderLength..]);
        return send(socket, message, (nuint)length, 0) == length;
    }

    static bool Receive(int socket, NetlinkMessage take)
    {
        var buffer = new byte[BufferLength];
        fixed (byte* at = buffer)
        {
            while (true)
            {
                var got = recv(socket, at, (nuint)buffer.Length, 0);
                if (got < 0 && Errno.Last == Errno.Interrupted)
                    continue;
                if (got <= 0)
                    return false;
                if (Walk(buffer.AsSpan(0, (int)got), take) is { } end)
                    return end;
            }
        }
    }

    /// <summary>Null: more follow.</summary>
    static bool? Walk(ReadOnlySpan<byte> messages, NetlinkMessage take)
    {
        while (messages.Length >= HeaderLength)
        {
            var length = (int)MemoryMarshal.Read<uint>(messages);
            if (length < HeaderLength || length > messages.Length)
                return false;
            var kind = MemoryMarshal.Read<ushort>(messages[4..]);
            if (kind is DoneMessage or ErrorMessage)
                return kind == DoneMessage;
            if (kind == ByFamily)
                take(messages[HeaderLength..length]);
            messages = messages[Math.Min(messages.Length, (length + 3) & ~3)..];
        }
        return null;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int kind, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int socket, byte* message, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
