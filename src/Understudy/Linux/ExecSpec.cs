using System.Text.Json.Serialization;

namespace Understudy.Linux;

/// <summary>How the exec verb starts a process.</summary>
sealed record ExecSpec
{
    /// <summary>The program by absolute path, and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    public required string Folder { get; init; }

    /// <summary>The whole environment: nothing else is handed on.</summary>
    public required IReadOnlyDictionary<string, string> Env { get; init; }

    /// <summary>A cgroup v2 folder to enter first. Null: stay.</summary>
    public string? Cgroup { get; init; }

    /// <summary>Further cgroup folders to enter: of v1, where that owns the controllers that limit it.</summary>
    public IReadOnlyList<string> Limiting { get; init; } = [];

    /// <summary>-1,000 to 1,000: how much sooner than others it is chosen when the host runs out of memory. Below 0 needs the right to.</summary>
    public int OutOfMemoryScore { get; init; }

    /// <summary>The user to become, with its groups. Null: stay.</summary>
    public string? User { get; init; }

    /// <summary>File opened for appending as standard output and error, as the starting user. Null: keep both.</summary>
    public string? Log { get; init; }

    /// <summary>Soft limit of open files, at most the hard one. Default 65,536: what a web server needs, not systemd's 1,024.</summary>
    public long OpenFiles { get; init; } = 65_536;
}

[JsonSerializable(typeof(ExecSpec))]
sealed partial class JsonSpecs : JsonSerializerContext;
