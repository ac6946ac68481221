using System.Globalization;
using System.Net;

namespace Understudy.Decisions.Sampling;

/// <summary>One end of a TCP connection. An IPv4 address is kept as its mapped IPv6 one, so that both families of a socket compare.</summary>
public readonly record struct TcpEnd(UInt128 Address, int Port)
{
    static readonly UInt128 MappedPrefix = (UInt128)0xffff << 32;

    public static TcpEnd V4(uint address, int port) => new(MappedPrefix | address, port);

    public bool IsV4 => Address >> 32 == 0xffff;

    /// <summary>0.0.0.0 or ::, that is every address of the host.</summary>
    public bool IsAny => Address == 0 || Address == MappedPrefix;

    public bool IsLoopback => Address == 1 || (IsV4 && (byte)(Address >> 24) == 127);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsV4 ? Text : $"[{Text}]")}:{Port}");

    string Text
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            ((System.Numerics.IBinaryInteger<UInt128>)Address).WriteBigEndian(bytes);
            return new IPAddress(IsV4 ? bytes[12..] : bytes).ToString();
        }
    }
}
