namespace Understudy.Decisions.Sampling;

/// <summary>How bad a shared connection is.</summary>
public enum SharingGrade
{
    /// <summary>Seen, and too young to speak of: an after-fork hook may be about to close it.</summary>
    Young,

    /// <summary>It stands, and nothing has gone over it meanwhile: whoever uses it next may read another's answer.</summary>
    Standing,

    /// <summary>Bytes went over it while it was shared: answers can have reached the wrong process.</summary>
    Mixed,
}

/// <summary>What is known of the shared connections of one pool to one peer.</summary>
/// <param name="Workers">Whose processes hold them, pool.number.</param>
/// <param name="Connections">How many there are: a tree of processes shares one for each time it was opened before a fork.</param>
/// <param name="Pids">Of all that hold one.</param>
/// <param name="Since">Since boot: when the second process came to hold the oldest of them.</param>
/// <param name="Bytes">Gone over them while they were shared; for unix sockets what was caught unread.</param>
public sealed record SharedConnection(
    string App, string Pool, string Peer, SharingGrade Grade, IReadOnlyList<string> Workers, int Connections, IReadOnlyList<int> Pids, TimeSpan Since, long Bytes, string Remedy)
{
    /// <summary>As a sentence, for status and events.</summary>
    public string Sentence => Grade == SharingGrade.Mixed
        ? FormattableString.Invariant($"{Who} talk to {Peer} on {Which}, opened before they were forked: {Bytes:#,0} bytes went over it, and answers can reach the wrong process. {Remedy}")
        : $"{Who} hold {Which} to {Peer}, opened before they were forked: the first two that use it read each other's answers. {Remedy}";

    string Who => FormattableString.Invariant($"{Pids.Count} processes of {string.Join(", ", Workers)}");

    string Which => Connections == 1 ? "one connection" : FormattableString.Invariant($"{Connections} connections in common");
}
