using System.Security.Cryptography;
using System.Text;
using Understudy.Linux;

namespace Understudy.State;

/// <summary>Encrypts what must not be read from the state's file or its backups, with a key that lies beside it for its owner only.</summary>
sealed class SecretBox(string keyPath)
{
    const byte Format = 1;
    const int KeyBytes = 32;
    const int NonceBytes = 12;
    const int TagBytes = 16;
    const int Overhead = 1 + NonceBytes + TagBytes;

    const UnixFileMode OthersMay = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    readonly Lock _gate = new();
    byte[]? _key;

    /// <summary>Bytes of UTF-8 that a sealed text has.</summary>
    public static long TextBytes(long sealedBytes) => sealedBytes - Overhead;

    /// <param name="boundTo">Whose it is, as app/NAME: it opens for that alone, so that two cannot be swapped.</param>
    /// <exception cref="OperationRefused">There is no usable key, and none can be made.</exception>
    public byte[] Seal(string text, string boundTo)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var box = new byte[Overhead + plain.Length];
        box[0] = Format;
        var nonce = box.AsSpan(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(Key(mayMake: true), TagBytes);
        cipher.Encrypt(nonce, plain, box.AsSpan(Overhead), box.AsSpan(1 + NonceBytes, TagBytes), Encoding.UTF8.GetBytes(boundTo));
        CryptographicOperations.ZeroMemory(plain);
        return box;
    }

    /// <exception cref="OperationRefused">It is damaged, belongs to another name, or was sealed with another key; or there is no usable key.</exception>
    public string Open(byte[] box, string boundTo)
    {
        if (box.Length < Overhead || box[0] != Format)
            throw Unreadable(boundTo);
        var plain = new byte[box.Length - Overhead];
        try
        {
            using var cipher = new AesGcm(Key(mayMake: false), TagBytes);
            cipher.Decrypt(box.AsSpan(1, NonceBytes), box.AsSpan(Overhead), box.AsSpan(1 + NonceBytes, TagBytes), plain, Encoding.UTF8.GetBytes(boundTo));
        }
        catch (CryptographicException)
        {
            throw Unreadable(boundTo);
        }
        return Encoding.UTF8.GetString(plain);
    }

    OperationRefused Unreadable(string boundTo) =>
        new($"the secret {boundTo} cannot be read: it is damaged, or was written with another key than {keyPath}. Restore that key, or set it again: {SetAgain(boundTo)}");

    static string SetAgain(string boundTo)
    {
        var slash = boundTo.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "`understudy env set`" : $"`understudy env set {boundTo[(slash + 1)..]}=... --app {boundTo[..slash]}`";
    }

    byte[] Key(bool mayMake)
    {
        lock (_gate)
        {
            if (_key is not null)
                return _key;
            if (mayMake && !File.Exists(keyPath))
                Make();
            return _key = Read();
        }
    }

    byte[] Read()
    {
        try
        {
            using var file = File.OpenHandle(keyPath);
            var mode = File.GetUnixFileMode(file);
            if ((mode & OthersMay) != 0)
                throw new OperationRefused($"the key {keyPath} may be used by others than its owner (its mode is {Convert.ToString((int)mode, 8)}). Close it with `chmod 600 {keyPath}`, and set the secrets anew if somebody may have read it");
            var key = new byte[KeyBytes + 1];
            var count = RandomAccess.Read(file, key, 0);
            if (count != KeyBytes)
                throw new OperationRefused($"the key {keyPath} has {(count > KeyBytes ? $"more than {KeyBytes}" : count)} bytes where {KeyBytes} belong: it is damaged. Restore it from a backup, or remove it and set the secrets again with `understudy env set`");
            return key[..KeyBytes];
        }
        catch (FileNotFoundException)
        {
            throw new OperationRefused($"the key {keyPath} is gone, and without it no secret can be read. Restore it from a backup, or set the secrets again with `understudy env set`");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new OperationRefused($"the key {keyPath} cannot be read: {refused.Message}. It must belong to the agent's user, with mode 600");
        }
    }

    /// <summary>Written whole under another name first. Of two processes that make one at once, the first to give it its name wins.</summary>
    void Make()
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        RandomNumberGenerator.Fill(key);
        var fresh = $"{keyPath}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";
        try
        {
            using (var file = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                file.Write(key);
                file.Flush(flushToDisk: true);
            }
            HardLink.Make(fresh, keyPath);
            FolderSync.Flush(Path.GetDirectoryName(Path.GetFullPath(keyPath))!);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new OperationRefused($"the key for secrets cannot be made at {keyPath}: {refused.Message}");
        }
        finally
        {
            Discard(fresh);
        }
    }

    static void Discard(string fresh)
    {
        try { File.Delete(fresh); }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException) { }
    }
}
