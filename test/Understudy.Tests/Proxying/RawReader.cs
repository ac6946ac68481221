using System.Globalization;
using System.Text;

namespace Understudy.Tests.Proxying;

/// <summary>Reads HTTP/1.1 off a stream, byte by byte true: heads as Latin-1 text, bodies by their framing.</summary>
internal sealed class RawReader(Stream stream)
{
    readonly byte[] buffer = new byte[64 * 1024];
    int start, end;

    /// <summary>Up to and with the empty line; empty at the end of the stream.</summary>
    public async Task<string> Head(CancellationToken cancellation)
    {
        var head = new StringBuilder();
        while (true)
        {
            if (start == end && !await Fill(cancellation)) return "";
            head.Append((char)buffer[start++]);
            if (head.Length >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n' && head[^4] == '\r') return head.ToString();
        }
    }

    async Task<bool> Fill(CancellationToken cancellation)
    {
        start = 0;
        end = await stream.ReadAsync(buffer, cancellation);
        return end > 0;
    }

    public static string? Header(string head, string name)
    {
        string? found = null;
        foreach (var line in head.Split("\r\n"))
        {
            if (line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)) found = found is null ? line[(name.Length + 1)..].Trim() : found + "|" + line[(name.Length + 1)..].Trim();
        }

        return found;
    }

    /// <summary>The trailers of the last chunked body.</summary>
    public string Trailers { get; private set; } = "";

    public async Task<byte[]> Body(string head, bool isRequest, CancellationToken cancellation)
    {
        if (Header(head, "Transfer-Encoding") is not null)
        {
            using var body = new MemoryStream();
            while (true)
            {
                var size = int.Parse((await Line(cancellation)).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (size == 0) break;
                body.Write(await Exactly(size, cancellation));
                await Line(cancellation);
            }

            Trailers = "";
            while (await Line(cancellation) is { Length: > 0 } trailer) Trailers += trailer + "\n";
            return body.ToArray();
        }

        if (Header(head, "Content-Length") is { } length) return await Exactly(int.Parse(length, CultureInfo.InvariantCulture), cancellation);
        return isRequest ? [] : await Rest(cancellation);
    }

    public async Task<string> Line(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (start == end && !await Fill(cancellation)) throw new EndOfStreamException("ended within: " + line);
            var next = (char)buffer[start++];
            if (next == '\n') return line.ToString().TrimEnd('\r');
            line.Append(next);
        }
    }

    public async Task<byte[]> Exactly(int count, CancellationToken cancellation)
    {
        var bytes = new byte[count];
        for (var got = 0; got < count;)
        {
            if (start == end && !await Fill(cancellation)) throw new EndOfStreamException($"ended after {got} of {count} bytes");
            var take = Math.Min(count - got, end - start);
            Buffer.BlockCopy(buffer, start, bytes, got, take);
            start += take;
            got += take;
        }

        return bytes;
    }

    /// <summary>Gives up what has been read ahead, for one who reads on from the stream itself.</summary>
    public int TakeBuffered()
    {
        var taken = end - start;
        start = end;
        return taken;
    }

    public async Task<byte[]> Rest(CancellationToken cancellation)
    {
        using var rest = new MemoryStream();
        do
        {
            rest.Write(buffer, start, end - start);
            start = end;
        }
        while (await Fill(cancellation));
        return rest.ToArray();
    }
}
