using System.Runtime.InteropServices;
using System.Text.Json;

namespace Understudy.Linux;

/// <summary>`understudy exec`: turns itself into a worker. Enters its cgroup, leaves the agent's session, opens the log, drops privileges, restores signals, execs.</summary>
static unsafe partial class ExecVerb
{
    const int CannotSetUp = 126;
    const int CannotFind = 127;
    const int WriteAppendCreate = 0x1 | 0x400 | 0x40;
    const uint CloseOnExec = 4;

    /// <summary>Returns only on failure: 126 when the set-up failed, 127 when the program cannot be run.</summary>
    public static int Run()
    {
        try
        {
            using var input = Console.OpenStandardInput();
            if (JsonSerializer.Deserialize(input, JsonSpecs.Default.ExecSpec) is not { } spec)
                return CannotSetUp;
            return Become(spec, inTerminal: false);
        }
        catch (JsonException)
        {
            Console.Error.WriteLine("understudy exec: internal to the agent: it reads its orders on standard input");
            return 2;
        }
    }

    /// <param name="inTerminal">Keeps the session, input and terminal at hand. Else: a session of its own, and no input.</param>
    public static int Become(ExecSpec spec, bool inTerminal)
    {
        try
        {
            // First, so that it says what goes wrong after it.
            if (spec.Log is { } log)
            {
                Redirect(log, WriteAppendCreate, 1);
                _ = dup2(1, 2);
            }
            if (spec.Cgroup is { } cgroup)
                File.WriteAllText(Path.Combine(cgroup, "cgroup.procs"), "0");
            foreach (var limiting in spec.Limiting)
                File.WriteAllText(Path.Combine(limiting, "cgroup.procs"), "0");
            if (!inTerminal)
            {
                _ = setsid();
                Redirect("/dev/null", 0, 0);
            }
            // The agent protects itself from the out-of-memory killer; a worker must not inherit that.
            try { File.WriteAllText("/proc/self/oom_score_adj", spec.OutOfMemoryScore.ToString(System.Globalization.CultureInfo.InvariantCulture)); }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException) { }
            Limit(spec.OpenFiles);
            if (spec.User is { } user)
                Users.Become(user);
            if (chdir(spec.Folder) != 0)
                throw Errno.Failure($"cannot enter {spec.Folder}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            Console.Error.WriteLine("understudy: cannot start: " + failure.Message);
            return CannotSetUp;
        }
        _ = close_range(3, uint.MaxValue, CloseOnExec);
        Signals.RestoreDefaults();
        string?[] command = [.. spec.Command, null];
        string?[] env = [.. spec.Env.Select(pair => pair.Key + "=" + pair.Value), null];
        _ = execve(spec.Command[0], command, env);
        Console.Error.WriteLine($"understudy: cannot run {spec.Command[0]}: {Errno.Text(Errno.Last)}");
        return CannotFind;
    }

    static void Redirect(string path, int flags, int fd)
    {
        var opened = open(path, flags, 0x1A0); // 0640
        if (opened < 0)
            throw Errno.Failure($"cannot open {path}");
        if (opened == fd)
            return;
        _ = dup2(opened, fd);
        _ = close(opened);
    }

    static void Limit(long openFiles)
    {
        const int OpenFilesLimit = 7;
        ResourceLimit limit;
        if (getrlimit(OpenFilesLimit, &limit) != 0)
            return;
        limit.Soft = (nuint)Math.Min((ulong)openFiles, limit.Hard);
        _ = setrlimit(OpenFilesLimit, &limit);
        ResourceLimit noCores = default;
        const int CoreLimit = 4;
        if (getrlimit(CoreLimit, &noCores) == 0)
        {
            noCores.Soft = 0;
            _ = setrlimit(CoreLimit, &noCores);
        }
    }

    struct ResourceLimit
    {
        public nuint Soft;
        public nuint Hard;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chdir(string path);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup2(int from, int to);

    [LibraryImport("libc")]
    private static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close_range(uint first, uint last, uint flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int execve(string path, string?[] arguments, string?[] environment);

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, ResourceLimit* limit);

    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, ResourceLimit* limit);
}
