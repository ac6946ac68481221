using System.Security.Cryptography;
using Google.Protobuf;

namespace Understudy.State.Etcd;

/// <summary>
/// A key of this client's own that each of its transactions swaps for a nonce. So a transaction can be sent to several members and happens once; and one
/// whose answer was lost is found by its nonce.
/// </summary>
sealed class CommitSlot(ByteString key)
{
    public ByteString Key => key;

    /// <summary>In which its nonce was written last; null: not known, and must be read first.</summary>
    public long? Revision { get; set; }

    public static ByteString Nonce() => ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16));
}
