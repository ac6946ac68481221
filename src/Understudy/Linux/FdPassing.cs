using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>Hands open files from process to process over a unix socket (SCM_RIGHTS). The receiver's are close-on-exec.</summary>
internal static unsafe partial class FdPassing
{
    /// <summary>The kernel takes 253 (SCM_MAX_FD); no host listens on that many addresses.</summary>
    public const int MostFds = 64;

    const int SolSocket = 1;
    const int ScmRights = 1;
    const int NoSignal = 0x4000;
    const int CloseOnExec = 0x40000000;
    const int ControlTruncated = 0x8;
    const int TryAgain = 11;
    const int Interrupted = 4;

    /// <summary>Sends all of the bytes with the fds attached to the first of them. Small messages only: it does not wait for the reader.</summary>
    /// <exception cref="SocketException">The peer is gone or does not read.</exception>
    public static void Send(Socket socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> fds)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fds.Length, MostFds);
        var control = stackalloc byte[Space(MostFds)];
        fixed (byte* data = bytes)
        {
            var vector = new Vector { Base = data, Length = (nuint)bytes.Length };
            var message = new Message { Vectors = &vector, VectorCount = 1 };
            if (fds.Length > 0)
            {
                var header = (ControlHeader*)control;
                *header = new ControlHeader { Length = (nuint)(sizeof(ControlHeader) + (fds.Length * sizeof(int))), Level = SolSocket, Type = ScmRights };
                fds.CopyTo(new Span<int>(header + 1, fds.Length));
                message.Control = control;
                message.ControlLength = (nuint)Space(fds.Length);
            }

            nint sent;
            do sent = sendmsg((int)socket.Handle, &message, NoSignal);
            while (sent < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            if (sent != bytes.Length)
                throw new SocketException((int)(sent < 0 ? Error(Marshal.GetLastPInvokeError()) : SocketError.NoBufferSpaceAvailable));
        }
    }

    /// <summary>Takes what has arrived: bytes into the buffer, fds into the list. 0: the peer has closed; -1: nothing is there yet.</summary>
    /// <exception cref="SocketException">The peer is gone, or sent more fds than <see cref="MostFds"/>.</exception>
    public static int Receive(Socket socket, Span<byte> buffer, List<SafeSocketHandle> fds)
    {
        var control = stackalloc byte[Space(MostFds)];
        fixed (byte* data = buffer)
        {
            var vector = new Vector { Base = data, Length = (nuint)buffer.Length };
            var message = new Message { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = (nuint)Space(MostFds) };
            nint received;
            do received = recvmsg((int)socket.Handle, &message, CloseOnExec);
            while (received < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            if (received < 0)
            {
                var error = Marshal.GetLastPInvokeError();
                return error == TryAgain ? -1 : throw new SocketException((int)Error(error));
            }

            var header = (ControlHeader*)control;
            if (message.ControlLength >= (nuint)sizeof(ControlHeader) && header->Level == SolSocket && header->Type == ScmRights)
                foreach (var fd in new Span<int>(header + 1, ((int)header->Length - sizeof(ControlHeader)) / sizeof(int)))
                    fds.Add(new SafeSocketHandle(fd, ownsHandle: true));
            if ((message.Flags & ControlTruncated) != 0)
                throw new SocketException((int)SocketError.MessageSize);
            return (int)received;
        }
    }

    static int Space(int fds) => sizeof(ControlHeader) + (((fds * sizeof(int)) + sizeof(nuint) - 1) & ~(sizeof(nuint) - 1));

    static SocketError Error(int errno) => errno switch
    {
        32 or 104 => SocketError.ConnectionReset,
        TryAgain => SocketError.WouldBlock,
        _ => SocketError.SocketError,
    };

    [StructLayout(LayoutKind.Sequential)]
    struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Message
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendmsg(int socket, Message* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recvmsg(int socket, Message* message, int flags);
}
