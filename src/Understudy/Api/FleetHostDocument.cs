namespace Understudy.Api;

/// <summary>One event of one host, in the fleet's order; `events --fleet --json` prints these.</summary>
/// <param name="Order">Grows in the order in which the fleet's store took them; events that it took at once share it.</param>
/// <param name="Event">As the host itself has it: its id and its clock.</param>
public sealed record FleetEventDocument(long Order, string Host, EventDocument Event);

/// <summary>Body of POST /v1/fleet/init.</summary>
/// <param name="Address">Null: the host's only one.</param>
public sealed record FleetInitRequest(string? Address, string By);

/// <summary>Body of POST /v1/fleet/join.</summary>
/// <param name="Address">Null: the one from which the fleet is reached.</param>
public sealed record FleetJoinRequest(string Token, string? Address, bool Witness, string By);

/// <summary>Body of POST /v1/fleet/remove.</summary>
public sealed record FleetRemoveRequest(string Host, string By);

/// <summary>Body of POST /v1/fleet/recover.</summary>
/// <param name="From">A snapshot's path on this host. Null: what this host keeps.</param>
public sealed record FleetRecoverRequest(string? From, string By);

/// <param name="Token">For `understudy join`, which nothing can show again.</param>
public sealed record JoinTokenDocument(string Token, DateTimeOffset Until);

/// <summary>Body of POST /v1/fleet/tokens.</summary>
public sealed record JoinTokenRequest(int Seconds, string By);

/// <summary>Body of POST /v1/drain.</summary>
/// <param name="On">False: it takes requests again.</param>
public sealed record DrainRequest(string Host, bool On, string By);

/// <summary>One host of the fleet; `hosts --json` prints an array of these.</summary>
public sealed record FleetHostDocument
{
    public required string Host { get; init; }
    public required string Address { get; init; }

    /// <summary>leader (of the store, with what is done for all), keeper (keeps the store too), witness (a keeper that serves no app), or host.</summary>
    public required string Role { get; init; }

    /// <summary>serving, drained, or silent: nothing was heard of it for 15 s and more.</summary>
    public required string State { get; init; }

    /// <summary>This host's own proxy reaches it. Null: it is this host, or no app is served.</summary>
    public bool? Reached { get; init; }

    /// <summary>`app release` of each app.</summary>
    public required IReadOnlyList<string> Releases { get; init; }

    /// <summary>What is not well there, as it says itself. Null: nothing.</summary>
    public string? Trouble { get; init; }

    /// <summary>Requests inside its workers.</summary>
    public int InFlight { get; init; }

    /// <summary>Processes that run or wait for the disk, a minute's average.</summary>
    public double Load { get; init; }
    public int Processors { get; init; }
    public long MemoryTotalBytes { get; init; }
    public long MemoryAvailableBytes { get; init; }
    public required string Version { get; init; }
    public required string Architecture { get; init; }

    /// <summary>The version of its etcd. Null: it has none.</summary>
    public string? Etcd { get; init; }

    /// <summary>When it spoke last, by its own clock. Null: never.</summary>
    public DateTimeOffset? SpokeAt { get; init; }

    /// <summary>Until when its certificate is good.</summary>
    public DateTimeOffset? CertificateUntil { get; init; }
    public required string LastSentence { get; init; }
}
