using Understudy.Api;

namespace Understudy.Cli;

/// <summary>Where the agent that a verb talks to lives, and why there.</summary>
internal sealed record AgentPlace(Paths Paths, string Because)
{
    public const string FolderName = ".understudy";

    public static AgentPlace Find(string? root) => Find(root, Environment.GetEnvironmentVariable("UNDERSTUDY_ROOT"), Environment.CurrentDirectory);

    /// <summary>--root, else UNDERSTUDY_ROOT, else the nearest .understudy from the current folder upward, else the system's own paths.</summary>
    public static AgentPlace Find(string? root, string? fromEnvironment, string folder)
    {
        if (!string.IsNullOrEmpty(root))
            return new(new Paths(Path.GetFullPath(root, folder)), "as --root says");
        if (!string.IsNullOrEmpty(fromEnvironment))
            return new(new Paths(Path.GetFullPath(fromEnvironment, folder)), "as UNDERSTUDY_ROOT says");
        for (var above = folder; above is not null; above = Path.GetDirectoryName(above))
        {
            var candidate = Path.Combine(above, FolderName);
            if (Directory.Exists(candidate))
                return new(new Paths(candidate), above == folder ? "the current folder's own" : "the nearest above the current folder");
        }
        return new(new Paths(null), "the system's own; no .understudy in the current folder or above it");
    }

    /// <summary>To be asked by its socket.</summary>
    public LocalAgent Agent => new(Paths.AgentSocket, NoAgent);

    public string NoAgent(string? detail = null) => $"""
        No agent is running here.
          looked at  {Paths.AgentSocket} ({Because}){(detail is null ? "" : "; " + detail)}
          start one  understudy up                        in the app's folder, in the foreground
                 or  systemctl start understudy           as this host's service
          elsewhere  --root DIR, or UNDERSTUDY_ROOT=DIR; on another machine --agent URL, or UNDERSTUDY_AGENT=URL
        """;
}
