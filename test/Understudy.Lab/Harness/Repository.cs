namespace Understudy.Lab.Harness;

/// <summary>Where this checkout has what the lab runs.</summary>
static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The published binary: `./dev lab` makes it.</summary>
    public static string Binary { get; } = Environment.GetEnvironmentVariable("UNDERSTUDY_BINARY") ?? Made("understudy");

    /// <summary>What `./dev lab` has made, where it was told to.</summary>
    public static string Made(params string[] path) => Path.Combine([Root, Environment.GetEnvironmentVariable("UNDERSTUDY_OUT") ?? "out", .. path]);

    public static string Sample(string name) => Path.Combine(Root, "samples", name);

    static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Understudy.slnx")) ? folder : Find(Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Understudy.slnx lies above no test"));
}
