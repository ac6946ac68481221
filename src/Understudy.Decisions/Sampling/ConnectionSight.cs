namespace Understudy.Decisions.Sampling;

/// <summary>A shared connection as one scan saw it.</summary>
/// <param name="Peer">Who is at its other end, as people name it: redis at 127.0.0.1:6379.</param>
/// <param name="Holders">Two or more.</param>
/// <param name="Remedy">What to do about it with the server in use, as a sentence.</param>
public sealed record ConnectionSight(string App, string Pool, string Peer, SharedSocket Shared, IReadOnlyList<ConnectionHolder> Holders, string Remedy)
{
    /// <summary>Its clients look who they are before each use, and open one of their own after a fork: while nothing goes over it, it is no sign of trouble.</summary>
    public bool NoticesFork { get; init; }
}
