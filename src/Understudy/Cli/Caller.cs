namespace Understudy.Cli;

/// <summary>Who calls, as events and releases name them.</summary>
internal static class Caller
{
    /// <summary>user@machine; behind sudo the user who called it.</summary>
    public static string Name { get; } = $"{Environment.GetEnvironmentVariable("SUDO_USER") ?? Environment.UserName}@{Environment.MachineName}";
}
