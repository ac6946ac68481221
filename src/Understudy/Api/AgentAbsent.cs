namespace Understudy.Api;

/// <summary>No agent answers; the message says where it was looked for and what to start. Another may, a moment later.</summary>
internal sealed class AgentAbsent(string message) : Exception(message);

/// <summary>What answers is not the agent that was meant; nothing was sent to it.</summary>
internal sealed class AgentUntrusted(string message) : Exception(message);

/// <summary>The agent answered that it will not or cannot.</summary>
/// <param name="status">The answer's HTTP status.</param>
internal sealed class AgentRefused(int status, string message) : Exception(message)
{
    public int Status => status;

    /// <summary>The request itself was wrong: an unknown pool, a bound out of range.</summary>
    public bool WrongUsage => status is 400 or 404 or 413;
}
