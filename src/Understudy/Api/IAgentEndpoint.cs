using System.Net.Sockets;

namespace Understudy.Api;

/// <summary>How an agent is reached: by its unix socket, or from another machine.</summary>
internal interface IAgentEndpoint
{
    /// <summary>The head's lines that say who is asked and who asks, each with its end.</summary>
    string Headers { get; }

    /// <param name="within">For the connection, and then for each thing that is sent or awaited.</param>
    /// <exception cref="SocketException">Nobody listens there, or nobody may.</exception>
    /// <exception cref="AgentUntrusted">Who answers there cannot be shown the token.</exception>
    AgentConnection Open(TimeSpan within);

    /// <summary>What to say, and what to do, where no agent answers.</summary>
    /// <param name="failure">What connecting, sending or reading threw.</param>
    AgentAbsent Absent(Exception failure, TimeSpan within);

    /// <summary>What to say where a refusal came that no agent words like this.</summary>
    string Strange(int status);
}

/// <summary>An open connection.</summary>
/// <param name="Tls">Null: the socket carries plain HTTP.</param>
internal sealed record AgentConnection(Socket Socket, Stream? Tls) : IDisposable
{
    public void Dispose()
    {
        Tls?.Dispose();
        Socket.Dispose();
    }
}
