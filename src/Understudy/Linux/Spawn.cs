using System.Runtime.InteropServices;
using System.Text.Json;

namespace Understudy.Linux;

/// <summary>Starts a process through this binary's own exec verb, which sets it up from a spec read on its standard input.</summary>
static unsafe partial class Spawn
{
    const int CloseOnExec = 0x80000;
    const short SetSignalMask = 8;

    /// <summary>The new process, which is a child of this one. Its spec goes by pipe: never by argument or file, for it holds secrets.</summary>
    /// <param name="binary">The Understudy whose exec verb it is. Null: this one.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The kernel refuses another process.</exception>
    public static int Start(ExecSpec spec, string? binary = null)
    {
        var ends = stackalloc int[2];
        if (pipe2(ends, CloseOnExec) != 0)
            throw Errno.Failure("cannot start a process");
        try
        {
            var pid = StartVerb(binary ?? Self, ends[0]);
            _ = close(ends[0]);
            ends[0] = -1;
            WriteAll(ends[1], JsonSerializer.SerializeToUtf8Bytes(spec, JsonSpecs.Default.ExecSpec));
            return pid;
        }
        finally
        {
            if (ends[0] >= 0)
                _ = close(ends[0]);
            _ = close(ends[1]);
        }
    }

    static int StartVerb(string binary, int standardInput)
    {
        // Sizes of glibc's and musl's opaque types are at most these.
        var actions = stackalloc byte[256];
        var attributes = stackalloc byte[512];
        var noSignals = stackalloc byte[128];
        new Span<byte>(noSignals, 128).Clear();
        _ = posix_spawn_file_actions_init(actions);
        _ = posix_spawnattr_init(attributes);
        _ = posix_spawn_file_actions_adddup2(actions, standardInput, 0);
        _ = posix_spawnattr_setflags(attributes, SetSignalMask);
        _ = posix_spawnattr_setsigmask(attributes, noSignals);
        string?[] arguments = [binary, "exec", null];
        // The verb's own environment: nothing of the agent's goes on to a worker.
        string?[] environment = [null];
        int pid;
        var failed = posix_spawn(&pid, binary, actions, attributes, arguments, environment);
        _ = posix_spawn_file_actions_destroy(actions);
        _ = posix_spawnattr_destroy(attributes);
        if (failed != 0)
        {
            Marshal.SetLastPInvokeError(failed);
            throw Errno.Failure("cannot start a process");
        }
        return pid;
    }

    // By name and not /proc/self/exe: after an upgrade the name leads to the new file, the link to one that is deleted.
    static string Self { get; } = Environment.ProcessPath ?? "/proc/self/exe";

    static void WriteAll(int fd, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes)
                written = write(fd, start, bytes.Length);
            if (written < 0 && Errno.Last == Errno.Interrupted)
                continue;
            // A child that died already says so by its exit; there is nobody left to write to.
            if (written <= 0)
                return;
            bytes = bytes[(int)written..];
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int fd, byte* data, nint length);

    [LibraryImport("libc")]
    private static partial int close(int fd);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(int* pid, string path, byte* actions, byte* attributes, string?[] arguments, string?[] environment);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* mask);
}
