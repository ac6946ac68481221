using Google.Protobuf;
using Understudy.State.Etcd.Wire;

namespace Understudy.State.Etcd;

/// <summary>Keys as etcd has them: all of the store's under one root, the client's own beside it.</summary>
sealed class EtcdKeys(string root)
{
    public ByteString Of(string key) => ByteString.CopyFromUtf8(root + key);

    /// <summary>Behind every key that begins so: keys are visible ASCII.</summary>
    public ByteString EndOf(string prefix) => ByteString.CopyFromUtf8(root + prefix + '\u007f');

    /// <summary>Where a client writes its nonces: not among the store's keys.</summary>
    public ByteString Commits(string client, int slot) => ByteString.CopyFromUtf8($"{root.TrimEnd('/')}-commits/{client}/{slot}");

    public StoreEntry Entry(KeyValue pair) => new(KeyOf(pair), pair.Value.Memory, pair.CreateRevision, pair.ModRevision);

    public string KeyOf(KeyValue pair) => pair.Key.ToStringUtf8()[root.Length..];
}
