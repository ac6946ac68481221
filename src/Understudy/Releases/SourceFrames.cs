using System.Buffers.Binary;

namespace Understudy.Releases;

/// <summary>
/// How contents travel: one frame a content, with no end but the stream's own. A frame is the sha256 (32 bytes), the length (8 bytes, big-endian), and
/// the bytes.
/// </summary>
static class SourceFrames
{
    public const int HashBytes = 32;
    public const int HeadBytes = HashBytes + 8;

    public static byte[] Head(string sha256, long length)
    {
        var head = new byte[HeadBytes];
        Convert.FromHexString(sha256, head, out _, out _);
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(HashBytes), length);
        return head;
    }

    public static (string Sha256, long Length) Parse(ReadOnlySpan<byte> head) =>
        (Convert.ToHexStringLower(head[..HashBytes]), BinaryPrimitives.ReadInt64BigEndian(head[HashBytes..HeadBytes]));
}
