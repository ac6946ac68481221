using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>
/// Standard output or error by plain write(2). The runtime's own console stream swallows EPIPE, so that `logs -f | head` would never
/// end; and a FileStream writes at offsets of its own, which overwrites what others append to a shared file.
/// </summary>
internal sealed unsafe partial class StandardStream(int descriptor) : Stream
{
    const int Interrupted = 4;
    const int TryAgain = 11;
    const short PollOut = 4;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="OutputGone">The reader has gone, or the disk is full.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written;
            fixed (byte* bytes = buffer)
                written = write(descriptor, bytes, buffer.Length);
            if (written > 0)
                buffer = buffer[(int)written..];
            else if (written < 0)
                AfterFailure(Marshal.GetLastPInvokeError());
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    void AfterFailure(int error)
    {
        if (error == Interrupted)
            return;
        if (error != TryAgain)
            throw new OutputGone(Marshal.GetPInvokeErrorMessage(error));
        // Another program that shares the terminal may have made it non-blocking.
        var wait = new PollDescriptor { Descriptor = descriptor, Events = PollOut };
        _ = poll(&wait, 1, -1);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);
}

/// <summary>What is printed reaches nobody any more.</summary>
internal sealed class OutputGone(string message) : IOException(message);
