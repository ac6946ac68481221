namespace StuntApp;

/// <summary>What the environment tells the worker to do wrong, and where to listen. README.md lists the variables.</summary>
internal sealed record StartOrders
{
    public required int Port { get; init; }
    public bool Raw { get; init; }
    public int? ExitAtOnce { get; init; }
    public int ExitCode { get; init; }
    public TimeSpan StartDelay { get; init; }
    public TimeSpan ReadyAfter { get; init; }
    public bool NeverReady { get; init; }
    public required string Listen { get; init; }
    public bool NeverListens { get; init; }
    public bool UpHangs { get; init; }
    public bool IgnoresTerm { get; init; }
    public bool HangsInExit { get; init; }
    public TimeSpan? CrashAfter { get; init; }
    public int Children { get; init; }
    public bool ChildrenIgnoreTerm { get; init; }
    public int LeakMegabytesPerSecond { get; init; }
    public int AllocateMegabytes { get; init; }
    public int LogLinesPerSecond { get; init; }
    public bool Notify { get; init; }
    public TimeSpan DrainWithin { get; init; }
    public int FailPercent { get; init; }
    public TimeSpan Slow { get; init; }
    public string? Tag { get; init; }

    public static StartOrders From(Func<string, string?> read)
    {
        bool Flag(string name) => read(name) is "1" or "true";
        int? Number(string name) => int.TryParse(read(name), out var number) ? number : null;
        TimeSpan? Milliseconds(string name) => Number(name) is { } number ? TimeSpan.FromMilliseconds(number) : null;
        const int defaultPort = 5000, defaultDrainMilliseconds = 25_000;
        return new StartOrders
        {
            Port = Number("PORT") ?? Number("ASPNETCORE_HTTP_PORTS") ?? defaultPort,
            Raw = Flag("STUNT_RAW"),
            ExitAtOnce = Number("STUNT_EXIT_AT_ONCE"),
            ExitCode = Number("STUNT_EXIT_CODE") ?? 0,
            StartDelay = Milliseconds("STUNT_START_DELAY_MS") ?? TimeSpan.Zero,
            ReadyAfter = Milliseconds("STUNT_READY_AFTER_MS") ?? TimeSpan.Zero,
            NeverReady = Flag("STUNT_NEVER_READY"),
            Listen = Environment.GetEnvironmentVariable("STUNT_LISTEN") ?? "127.0.0.1",
            NeverListens = Flag("STUNT_NEVER_LISTENS"),
            UpHangs = Flag("STUNT_UP_HANGS"),
            IgnoresTerm = Flag("STUNT_IGNORE_TERM"),
            HangsInExit = Flag("STUNT_HANG_IN_EXIT"),
            CrashAfter = Milliseconds("STUNT_CRASH_AFTER_MS"),
            Children = Number("STUNT_FORK") ?? 0,
            ChildrenIgnoreTerm = Flag("STUNT_FORK_IGNORE_TERM"),
            LeakMegabytesPerSecond = Number("STUNT_LEAK_MB_PER_SECOND") ?? 0,
            AllocateMegabytes = Number("STUNT_ALLOCATE_MB") ?? 0,
            LogLinesPerSecond = Number("STUNT_LOG_LINES_PER_SECOND") ?? 0,
            Notify = Flag("STUNT_NOTIFY"),
            DrainWithin = Milliseconds("STUNT_DRAIN_MS") ?? TimeSpan.FromMilliseconds(defaultDrainMilliseconds),
            FailPercent = Number("STUNT_FAIL_PERCENT") ?? 0,
            Slow = Milliseconds("STUNT_SLOW_MS") ?? TimeSpan.Zero,
            Tag = read("STUNT_TAG"),
        };
    }

    /// <summary>What happens after TERM, once no request is left: the end, or never.</summary>
    public async Task LastWords()
    {
        Console.WriteLine($"stunt {Environment.ProcessId} {(HangsInExit ? "hangs in its exit" : "leaves")}");
        if (HangsInExit)
            await Task.Delay(Timeout.Infinite);
    }
}
