using Understudy.Api;
using Understudy.State;

namespace Understudy.Cli;

/// <summary>Whether a verb asks an agent on another machine, which one, and with which token.</summary>
/// <param name="Agent">--agent.</param>
/// <param name="TokenFile">--token-file.</param>
/// <param name="Root">--root.</param>
/// <param name="Variable">An environment variable's value; null: not set.</param>
internal sealed record RemoteChoice(string? Agent, string? TokenFile, string? Root, Func<string, string?> Variable)
{
    public const string AgentVariable = "UNDERSTUDY_AGENT";
    public const string TokenVariable = "UNDERSTUDY_TOKEN";

    const string RootVariable = "UNDERSTUDY_ROOT";
    const int LongestFile = 4_096;

    /// <summary>The agent's address as it was written: --agent, else UNDERSTUDY_AGENT unless --root names a local one. Null: the agent is a local one.</summary>
    /// <exception cref="CommandFailed">Both a local and a remote one are named, and none wins.</exception>
    public string? Named
    {
        get
        {
            if (!string.IsNullOrEmpty(Agent))
                return string.IsNullOrEmpty(Root) ? Agent : throw Wrong("--agent names a remote agent and --root a local one: leave one of them out.");
            if (!string.IsNullOrEmpty(Root) || Variable(AgentVariable) is not { Length: > 0 } named)
                return null;
            return string.IsNullOrEmpty(Variable(RootVariable)) ? named
                : throw Wrong($"{AgentVariable} names a remote agent and {RootVariable} a local one: unset one of them, or say --agent or --root.");
        }
    }

    /// <summary>Null: the agent is a local one.</summary>
    /// <exception cref="CommandFailed">The address or the token is none.</exception>
    public RemoteAgent? Find()
    {
        if (Named is not { } named)
            return null;
        var from = string.IsNullOrEmpty(Agent) ? AgentVariable : "--agent";
        var address = AgentAddress.Parse(named, out var wrong)
            ?? throw Wrong($"The agent's address in {from} {wrong}: \"{SafeText.Of(named)}\". Write it as `understudy token create NAME` on its host prints it, https://HOST:7443#sha256:FINGERPRINT.");
        return new RemoteAgent(address, Token(address));
    }

    /// <exception cref="CommandFailed">The agent is a remote one.</exception>
    public void MustBeLocal(string what)
    {
        if (Named is { } named)
            throw Wrong($"{what} on the agent's own host alone, and {(string.IsNullOrEmpty(Agent) ? AgentVariable : "--agent")} names another ({SafeText.Of(named.Split('#')[0])}): run it there, with ssh. For an agent on this machine, name its folder with --root.");
    }

    string Token(AgentAddress address)
    {
        var (text, from) = string.IsNullOrEmpty(TokenFile) ? (Variable(TokenVariable), TokenVariable) : (Read(TokenFile), TokenFile);
        var token = text?.Trim();
        if (string.IsNullOrEmpty(token))
            throw Wrong($"The agent at {address} wants a token: put it into {TokenVariable}, or name a file that holds it with --token-file. `understudy token create NAME` on its host makes one.");
        // The text itself is never shown: it may be another secret.
        return ApiTokens.IsWellFormed(token) ? token : throw Wrong($"What {SafeText.Of(from)} holds is no token: one begins with {ApiTokens.Prefix} and has {ApiTokens.Letters} letters in all. `understudy token create NAME` on the agent's host makes one.");
    }

    static string Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var text = new byte[LongestFile];
            var count = file.ReadAtLeast(text, LongestFile, throwOnEndOfStream: false);
            return System.Text.Encoding.UTF8.GetString(text, 0, count);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"The token's file {SafeText.Of(path)} cannot be read: {refused.Message}");
        }
    }

    static CommandFailed Wrong(string message) => new(message, ExitCode.Usage);
}
