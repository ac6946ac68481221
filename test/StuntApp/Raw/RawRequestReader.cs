using System.Net.Sockets;
using System.Text;

namespace StuntApp.Raw;

/// <summary>Takes requests off a connection without changing a byte of them; pipelined ones in turn.</summary>
internal sealed class RawRequestReader(NetworkStream stream)
{
    private readonly List<byte> _received = [];
    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <summary>Null: the client closed between two requests.</summary>
    public async Task<RawRequest?> Next()
    {
        int end;
        while ((end = IndexOf("\r\n\r\n"u8, 0)) < 0)
            if (!await Receive())
                return _received.Count == 0 ? null : throw new IOException($"the client closed within a head: {Encoding.Latin1.GetString([.. _received])}");
        var head = Take(end + 4);
        var fields = Encoding.Latin1.GetString(head).Split("\r\n")[1..];
        if (fields.Any(field => field.StartsWith("Expect:", StringComparison.OrdinalIgnoreCase)))
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        if (Value(fields, "Transfer-Encoding") is { } coding && coding.Contains("chunked", StringComparison.OrdinalIgnoreCase))
            return new RawRequest(head, await Chunks());
        return new RawRequest(head, await Exactly(long.TryParse(Value(fields, "Content-Length"), out var length) ? (int)length : 0));
    }

    private async Task<byte[]> Chunks()
    {
        var body = new List<byte>();
        while (true)
        {
            var line = await Line();
            body.AddRange(line);
            var size = Convert.ToInt32(Encoding.ASCII.GetString(line).Split(';')[0].Trim(), 16);
            if (size == 0)
                break;
            body.AddRange(await Exactly(size + 2));
        }
        byte[] trailer;
        do
            body.AddRange(trailer = await Line());
        while (trailer.Length > 2);
        return [.. body];
    }

    private async Task<byte[]> Line()
    {
        int end;
        while ((end = IndexOf("\r\n"u8, 0)) < 0)
            if (!await Receive())
                throw new IOException("the client closed within a chunked body");
        return Take(end + 2);
    }

    private async Task<byte[]> Exactly(int count)
    {
        while (_received.Count < count)
            if (!await Receive())
                throw new IOException($"the client closed after {_received.Count} of {count} bytes of a body");
        return Take(count);
    }

    private async Task<bool> Receive()
    {
        var read = await stream.ReadAsync(_buffer);
        _received.AddRange(_buffer.AsSpan(0, read));
        return read > 0;
    }

    private byte[] Take(int count)
    {
        var taken = _received[..count].ToArray();
        _received.RemoveRange(0, count);
        return taken;
    }

    private int IndexOf(ReadOnlySpan<byte> wanted, int from) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_received)[from..].IndexOf(wanted);

    private static string? Value(IEnumerable<string> fields, string name) => fields
        .Select(field => field.Split(':', 2)).Where(pair => pair.Length == 2 && pair[0].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(pair => pair[1].Trim()).FirstOrDefault();
}
