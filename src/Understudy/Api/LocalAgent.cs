using System.Net.Sockets;

namespace Understudy.Api;

/// <summary>The agent of this machine, by its unix socket.</summary>
/// <param name="explainAbsence">Says where the agent was looked for and what to start, given what went wrong.</param>
internal sealed class LocalAgent(string socketPath, Func<string?, string> explainAbsence) : IAgentEndpoint
{
    public string Headers => "Host: agent\r\n";

    public AgentConnection Open(TimeSpan within)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.ReceiveTimeout = (int)within.TotalMilliseconds;
            socket.SendTimeout = (int)within.TotalMilliseconds;
            socket.Connect(new UnixDomainSocketEndPoint(socketPath));
            return new AgentConnection(socket, null);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public AgentAbsent Absent(Exception failure, TimeSpan within) => failure switch
    {
        ArgumentOutOfRangeException => new(explainAbsence("that path is longer than the 107 bytes that a unix socket may have")),
        SocketException socket => Absent(socket, within),
        _ => new(explainAbsence(failure.Message)),
    };

    public string Strange(int status) => FormattableString.Invariant($"The agent answered {status}.");

    AgentAbsent Absent(SocketException failure, TimeSpan within) => failure.SocketErrorCode switch
    {
        SocketError.TimedOut or SocketError.WouldBlock or SocketError.TryAgain => new($"""
            The agent does not answer: nothing came from {socketPath} within {within.TotalSeconds:0} s. It may be frozen or starved.
            Its workers and its proxy go on without it. See what it does with `systemctl status understudy`; it may be killed and started again at any time.
            """),
        SocketError.AccessDenied => new($"""
            You may not talk to the agent: {socketPath} is open to its own user only.
            Run this again as that user (`sudo understudy ...` for the host's service).
            """),
        SocketError.ConnectionRefused => new(explainAbsence("the socket is there, but nobody answers")),
        _ => new(explainAbsence(File.Exists(socketPath) ? failure.Message : "there is no socket")),
    };
}
