using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using Understudy.Linux;

namespace Understudy.Proxying;

/// <summary>
/// One JSON line per request, appended in the background at its end. A disk that is slow or full costs lines, never a request's time; what
/// was lost is counted. No header but Host, User-Agent and Referer is ever written, so neither cookies nor credentials are; the target is, with its query.
/// </summary>
internal sealed class AccessLog : IAsyncDisposable
{
    const int MostWaiting = 8192;
    const int BatchBytes = 64 << 10;

    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    readonly string path;
    readonly TimeProvider time;
    readonly Channel<(DateTimeOffset At, AccessEntry Entry)> waiting = Channel.CreateBounded<(DateTimeOffset At, AccessEntry Entry)>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    readonly Task writing;
    SafeFileHandle? file;
    long? failedAt;
    long dropped;

    public AccessLog(string path, TimeProvider time)
    {
        this.path = path;
        this.time = time;
        writing = Task.Run(Append);
    }

    /// <summary>Lines that were not written, because more came than the disk took or because it took none.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    public void Write(in AccessEntry entry)
    {
        if (!waiting.Writer.TryWrite((time.GetUtcNow(), entry))) Interlocked.Increment(ref dropped);
    }

    /// <summary>Writes what waits, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await writing;
        file?.Dispose();
    }

    async Task Append()
    {
        var batch = new ArrayBufferWriter<byte>(BatchBytes);
        using var json = new Utf8JsonWriter(batch);
        while (await waiting.Reader.WaitToReadAsync())
        {
            var lines = 0;
            while (batch.WrittenCount < BatchBytes && waiting.Reader.TryRead(out var next))
            {
                Line(json, next.At, next.Entry);
                batch.Write("\n"u8);
                lines++;
            }

            if (!Flush(batch.WrittenSpan)) Interlocked.Add(ref dropped, lines);
            batch.ResetWrittenCount();
        }
    }

    /// <summary>Opens the file anew when it was renamed away or removed (logrotate), and appends whole lines.</summary>
    bool Flush(ReadOnlySpan<byte> lines)
    {
        if (failedAt is { } since && time.GetElapsedTime(since) < RetryAfter) return false;
        try
        {
            if (file is not null && FileIdentity.Of(path) != FileIdentity.Of(file))
            {
                file.Dispose();
                file = null;
            }

            file ??= Open();
            // In one write, at whatever is the end then: an older proxy that is leaving appends too.
            RandomAccess.Write(file, lines, 0);
            failedAt = null;
            return true;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            if (failedAt is null) Console.Error.WriteLine($"The access log {path} cannot be written: {failed.Message} Requests are served on without it; it is tried again each second.");
            failedAt = time.GetTimestamp();
            file?.Dispose();
            file = null;
            return false;
        }
    }

    SafeFileHandle Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return AppendFile.Open(path);
    }

    static void Line(Utf8JsonWriter json, DateTimeOffset at, in AccessEntry entry)
    {
        json.Reset();
        json.WriteStartObject();
        json.WriteString("time"u8, at);
        json.WriteString("app"u8, entry.App);
        json.WriteString("method"u8, entry.Method);
        json.WriteString("host"u8, entry.Host);
        json.WriteString("target"u8, entry.Target);
        json.WriteString("protocol"u8, entry.Protocol);
        json.WriteNumber("status"u8, entry.Status);
        if (entry.Bytes is { } bytes) json.WriteNumber("bytes"u8, bytes);
        else json.WriteNull("bytes"u8);
        json.WriteNumber("durationMs"u8, Math.Round(entry.DurationMs, 3));
        json.WriteNumber("queueWaitMs"u8, Math.Round(entry.QueueMs, 3));
        json.WriteString("worker"u8, entry.Worker);
        json.WriteNumber("retries"u8, Math.Max(0, entry.Attempts - 1));
        json.WriteString("client"u8, entry.Peer);
        json.WriteString("requestId"u8, entry.RequestId);
        json.WriteString("userAgent"u8, entry.UserAgent);
        json.WriteString("referer"u8, entry.Referer);
        json.WriteEndObject();
        json.Flush();
    }
}
