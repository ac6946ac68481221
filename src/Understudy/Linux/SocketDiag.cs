using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Understudy.Decisions.Sampling;

namespace Understudy.Linux;

/// <summary>The host's stream sockets as the kernel lists them over netlink (sock_diag(7)), which `ss` reads too. No right is needed for it.</summary>
static unsafe class SocketDiag
{
    const int Inet = 2;
    const int Inet6 = 10;
    const int Unix = 1;
    const int Stream = 1;
    const byte Tcp = 6;
    const int Established = 1;
    const int Listen = 10;
    const int InfoAttribute = 2;
    const int NameAttribute = 0;
    const int PeerAttribute = 2;
    const int QueueAttribute = 4;

    // Of struct tcp_info.
    const int BytesAcked = 120;
    const int BytesReceived = 128;

    /// <summary>Connections and listeners. Null when the kernel does not tell.</summary>
    public static SocketTable? Table()
    {
        var tcp = new List<TcpSight>();
        var unix = new List<UnixSight>();
        return Collect(tcp, (1 << Established) | (1 << Listen)) && CollectUnix(unix) ? new SocketTable(tcp, unix) : null;
    }

    /// <summary>TCP's listening sockets alone: cheap on any host. Null when the kernel does not tell.</summary>
    public static IReadOnlyList<TcpSight>? Listeners()
    {
        var found = new List<TcpSight>();
        return Collect(found, 1 << Listen) ? found : null;
    }

    static bool Collect(List<TcpSight> into, int states)
    {
        // struct inet_diag_req_v2
        Span<byte> request = stackalloc byte[56];
        request.Clear();
        request[1] = Tcp;
        request[2] = 1 << (InfoAttribute - 1);
        BinaryPrimitives.WriteInt32LittleEndian(request[4..], states);
        request[0] = Inet;
        var told = NetlinkDump.Ask(request, message => into.Add(ReadTcp(message)));
        request[0] = Inet6;
        // A kernel without IPv6 has none of these.
        return NetlinkDump.Ask(request, message => into.Add(ReadTcp(message))) || told;
    }

    static bool CollectUnix(List<UnixSight> into)
    {
        const int Name = 1;
        const int Peer = 4;
        const int Queue = 16;
        // struct unix_diag_req
        Span<byte> request = stackalloc byte[24];
        request.Clear();
        request[0] = Unix;
        BinaryPrimitives.WriteInt32LittleEndian(request[4..], 1 << Established);
        BinaryPrimitives.WriteInt32LittleEndian(request[12..], Name | Peer | Queue);
        return NetlinkDump.Ask(request, message =>
        {
            if (message[1] == Stream)
                into.Add(ReadUnix(message));
        });
    }

    /// <summary>struct inet_diag_msg: family, state, timer, retransmits; ports and addresses in network order from 4 on; queues, user and inode from 56 on.</summary>
    static TcpSight ReadTcp(ReadOnlySpan<byte> message)
    {
        var six = message[0] == Inet6;
        var listening = message[1] == Listen;
        var local = End(message[8..], BinaryPrimitives.ReadUInt16BigEndian(message[4..]), six);
        var remote = End(message[24..], BinaryPrimitives.ReadUInt16BigEndian(message[6..]), six);
        var received = MemoryMarshal.Read<uint>(message[56..]);
        var unsent = MemoryMarshal.Read<uint>(message[60..]);
        var inode = MemoryMarshal.Read<uint>(message[68..]);
        var bytes = 0L;
        if (!listening && Attribute(message[72..], InfoAttribute) is { Length: >= BytesReceived + 8 } info)
            bytes = MemoryMarshal.Read<long>(info[BytesAcked..]) + MemoryMarshal.Read<long>(info[BytesReceived..]);
        return new(inode, local, remote, listening, bytes, received, listening ? unsent : 0);
    }

    static TcpEnd End(ReadOnlySpan<byte> address, int port, bool six) =>
        six ? new(BinaryPrimitives.ReadUInt128BigEndian(address), port) : TcpEnd.V4(BinaryPrimitives.ReadUInt32BigEndian(address), port);

    /// <summary>struct unix_diag_msg: family, type, state, a gap, inode, cookie.</summary>
    static UnixSight ReadUnix(ReadOnlySpan<byte> message)
    {
        var attributes = message[16..];
        var name = Attribute(attributes, NameAttribute);
        return new(
            MemoryMarshal.Read<uint>(message[4..]),
            Attribute(attributes, PeerAttribute) is { Length: >= 4 } peer ? MemoryMarshal.Read<uint>(peer) : 0,
            // A name in the abstract space begins with NUL.
            name.Length == 0 ? null : Encoding.UTF8.GetString(name[0] == 0 ? name[1..] : name).TrimEnd('\0') is var text && name[0] == 0 ? "@" + text : text,
            Attribute(attributes, QueueAttribute) is { Length: >= 4 } queue ? MemoryMarshal.Read<uint>(queue) : 0);
    }

    /// <summary>An attribute's value; empty without it. Each is length, kind, value, filled up to four bytes.</summary>
    static ReadOnlySpan<byte> Attribute(ReadOnlySpan<byte> attributes, int kind)
    {
        while (attributes.Length >= 4)
        {
            var length = MemoryMarshal.Read<ushort>(attributes);
            if (length < 4 || length > attributes.Length)
                break;
            if (MemoryMarshal.Read<ushort>(attributes[2..]) == kind)
                return attributes[4..length];
            attributes = attributes[Math.Min(attributes.Length, (length + 3) & ~3)..];
        }
        return default;
    }
}
