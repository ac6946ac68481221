using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Understudy.Proxying;

/// <summary>
/// Frames an HTTP/1.1 answer's body in chunks and ends it with trailers. Kestrel chunks by itself but has no trailers over HTTP/1.1;
/// where the Transfer-Encoding is set already it leaves the framing alone. Used only for answers that announce trailers.
/// </summary>
internal sealed class ChunkedBody(Stream inner) : Stream
{
    /// <summary>Undoes the framing, for an answer that was given up before it began.</summary>
    public static void Remove(HttpResponse response)
    {
        if (response.Body is ChunkedBody body) response.Body = body.Inner;
    }

    Stream Inner => inner;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0) return;
        var frame = ArrayPool<byte>.Shared.Rent(buffer.Length + 16);
        try
        {
            buffer.Length.TryFormat(frame, out var length, "x");
            "\r\n"u8.CopyTo(frame.AsSpan(length));
            buffer.Span.CopyTo(frame.AsSpan(length + 2));
            "\r\n"u8.CopyTo(frame.AsSpan(length + 2 + buffer.Length));
            await inner.WriteAsync(frame.AsMemory(0, length + buffer.Length + 4), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    /// <summary>The last chunk, and the trailers.</summary>
    public ValueTask End(IHeaderDictionary trailers, CancellationToken cancellation)
    {
        var text = new StringBuilder("0\r\n");
        foreach (var (name, values) in trailers)
        {
            foreach (var value in values) text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return inner.WriteAsync(Encoding.Latin1.GetBytes(text.Append("\r\n").ToString()), cancellation);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
