using System.Globalization;
using System.Security.Cryptography;

namespace Understudy.Releases;

/// <summary>One upload as it comes in: each content goes to a temporary file, and is put in its place when its hash is right.</summary>
sealed class SourceArrival(string temporaries, Func<string, string> placeOf, long limit)
{
    readonly byte[] _buffer = new byte[131_072];
    int _files;
    long _bytes;

    public async Task<SourceReceipt> Receive(Stream body, CancellationToken cancellation)
    {
        var head = new byte[SourceFrames.HeadBytes];
        while (await Fill(body, head, cancellation) is var got and > 0)
        {
            if (got < head.Length)
                throw Cut();
            var (sha256, length) = SourceFrames.Parse(head);
            if (length < 0 || length > limit - _bytes)
                throw new OperationRefused(string.Create(CultureInfo.InvariantCulture, $"the upload is larger than the {limit:N0} bytes that are still missing; deploy again"), RefusalKind.Invalid);
            if (length > 1_000_000 || _files % 256 == 0)
                LookAtDisk();
            await One(body, sha256, length, cancellation);
            _files++;
            _bytes += length;
        }
        return new SourceReceipt(_files, _bytes);
    }

    /// <summary>What is uploaded must not take the site's last space.</summary>
    void LookAtDisk()
    {
        if (Linux.DiskSpace.Lack(temporaries) is { } lack)
            throw new OperationRefused($"{lack}, so that the upload was stopped; nothing was deployed: free some space and deploy again");
    }

    async Task One(Stream body, string sha256, long length, CancellationToken cancellation)
    {
        var temporary = Path.Combine(temporaries, Guid.NewGuid().ToString("N"));
        try
        {
            using (var file = Writing(() => new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite })))
                await Copy(body, file, sha256, length, cancellation);
            Writing(() =>
            {
                var place = placeOf(sha256);
                Directory.CreateDirectory(Path.GetDirectoryName(place)!);
                File.Move(temporary, place, overwrite: true);
                return place;
            });
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    async Task Copy(Stream body, FileStream file, string sha256, long length, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var left = length; left > 0;)
        {
            var read = await Fill(body, _buffer.AsMemory(0, (int)Math.Min(left, _buffer.Length)), cancellation);
            if (read == 0)
                throw Cut();
            hash.AppendData(_buffer, 0, read);
            Writing(() =>
            {
                file.Write(_buffer, 0, read);
                return read;
            });
            left -= read;
        }
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != sha256)
            throw new OperationRefused($"a file of the upload was altered on its way: its content has not the hash {sha256}; deploy again: what came whole is kept", RefusalKind.Invalid);
    }

    /// <summary>Fewer bytes than asked for only at the end.</summary>
    async Task<int> Fill(Stream body, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        }
        // The server says so when the connection ends before the announced length.
        catch (IOException)
        {
            throw Cut();
        }
    }

    T Writing<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw SourceDisk.Failed(temporaries, failure);
        }
    }

    OperationRefused Cut() => new(string.Create(CultureInfo.InvariantCulture,
        $"the upload was cut off after {_files:N0} whole files; nothing was deployed: deploy again, what came whole is not sent twice"));
}
