using System.Text;

namespace Understudy.Linux;

/// <summary>Reads of kernel files, which may vanish at any moment: that is an answer, not an error.</summary>
static class ProcFile
{
    /// <summary>Bytes read, or -1 when the file is gone or may not be read.</summary>
    public static int Read(string path, Span<byte> buffer)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            var total = 0;
            // Kernel files have no length and answer a short read at a time.
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(handle, buffer[total..], total);
                if (read == 0)
                    break;
                total += read;
            }
            return total;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }

    /// <summary>The file's text, at most 1 MiB of it, or null when it is gone or may not be read.</summary>
    public static string? Text(string path)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var length = Read(path, buffer);
            if (length < 0)
                return null;
            if (length < buffer.Length || buffer.Length >= 1 << 20)
                return Encoding.UTF8.GetString(buffer, 0, length);
            buffer = new byte[buffer.Length * 4];
        }
    }
}
