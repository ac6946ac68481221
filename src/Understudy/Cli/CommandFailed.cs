namespace Understudy.Cli;

/// <summary>Ends a verb with a message for the operator: what, where, what next.</summary>
internal sealed class CommandFailed(string message, int exitCode = ExitCode.Failed) : Exception(message)
{
    public int ExitCode => exitCode;
}

internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;

    /// <summary>Wrong usage or configuration: trying again will not help.</summary>
    public const int Usage = 2;
}
