using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Understudy.Linux;

/// <summary>Asks at the terminal for a line that is not shown. The runtime's own console would echo it, and draws on standard output.</summary>
static unsafe partial class HiddenLine
{
    const string Terminal = "/dev/tty";

    // N_TTY keeps at most 4095 bytes of a line and drops the rest without a word.
    const int LongestLine = 4095;

    // struct termios begins with four words of flags, the local ones last, on every architecture; 60 bytes in glibc and musl.
    const int LocalFlags = 3;
    const uint Echo = 0x8;
    const uint EchoNewLine = 0x40;
    const int AfterOutputDroppingInput = 2;

    /// <summary>Null when there is no terminal.</summary>
    /// <exception cref="OperationRefused">The line was longer than a terminal takes, or is no UTF-8 text.</exception>
    public static string? Ask(string prompt)
    {
        using var terminal = Open();
        if (terminal is null)
            return null;
        var before = stackalloc uint[64];
        if (tcgetattr(terminal, before) != 0)
            return null;
        var hidden = stackalloc uint[64];
        new Span<uint>(before, 64).CopyTo(new Span<uint>(hidden, 64));
        hidden[LocalFlags] = (hidden[LocalFlags] & ~Echo) | EchoNewLine;
        var (fd, kept) = (terminal, new Span<uint>(before, 64).ToArray());
        // Ctrl-C ends the program as ever, and the terminal must show again what is typed.
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Restore(fd, kept));
        using var ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Restore(fd, kept));
        _ = tcsetattr(terminal, AfterOutputDroppingInput, hidden);
        try
        {
            Write(terminal, Encoding.UTF8.GetBytes(prompt));
            return Read(terminal);
        }
        finally
        {
            Restore(fd, kept);
        }
    }

    static SafeFileHandle? Open()
    {
        const int ReadAndWrite = 2;
        const int NotMyTerminal = 0x100;
        const int CloseOnExec = 0x80000;
        var terminal = new SafeFileHandle(open(Terminal, ReadAndWrite | NotMyTerminal | CloseOnExec), ownsHandle: true);
        if (!terminal.IsInvalid)
            return terminal;
        terminal.Dispose();
        return null;
    }

    static string Read(SafeFileHandle terminal)
    {
        var line = new byte[LongestLine + 1];
        var count = 0;
        while (count < line.Length && Array.IndexOf(line, (byte)'\n', 0, count) < 0)
        {
            nint taken;
            fixed (byte* start = line)
                taken = read(terminal, start + count, line.Length - count);
            if (taken < 0 && Errno.Last == Errno.Interrupted)
                continue;
            if (taken <= 0)
                break;
            count += (int)taken;
        }
        var end = Array.IndexOf(line, (byte)'\n', 0, count) is var at and >= 0 ? at : count;
        if (end >= LongestLine)
            throw new OperationRefused($"a terminal takes at most {LongestLine - 1} bytes in a line, and cuts the rest off: give the value on standard input or in a file", RefusalKind.Invalid);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(line, 0, end);
        }
        catch (DecoderFallbackException)
        {
            throw new OperationRefused("what was typed is not UTF-8 text: set the terminal to UTF-8, or give the value on standard input", RefusalKind.Invalid);
        }
    }

    static void Write(SafeFileHandle terminal, byte[] text)
    {
        fixed (byte* start = text)
            _ = write(terminal, start, text.Length);
    }

    static void Restore(SafeFileHandle terminal, uint[] flags)
    {
        fixed (uint* before = flags)
            _ = tcsetattr(terminal, AfterOutputDroppingInput, before);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(SafeFileHandle file, byte* into, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeFileHandle file, byte* from, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcgetattr(SafeFileHandle terminal, uint* flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcsetattr(SafeFileHandle terminal, int when, uint* flags);
}
