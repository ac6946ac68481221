namespace Understudy.Decisions.Sampling;

/// <summary>Clients that notice by themselves that they were forked.</summary>
public static class ForkNotice
{
    /// <summary>
    /// Ruby's clients of Redis are such (redis-rb since 3.1, redis-client), unless told `inherit_socket: true`: a fork that has not asked anything yet still holds
    /// what it inherited. Only where the bytes are counted (TCP) can it be left to them: were the guard off, the first ones would show it.
    /// </summary>
    /// <param name="peer">As <see cref="PeerName"/> has it.</param>
    /// <param name="program">The file's name of the program that holds it; null: unknown.</param>
    public static bool Expected(SharedSocket socket, string peer, string? program) =>
        socket.Counted && program is not null && program.StartsWith("ruby", StringComparison.Ordinal) && (peer == "redis" || peer.StartsWith("redis ", StringComparison.Ordinal));
}
