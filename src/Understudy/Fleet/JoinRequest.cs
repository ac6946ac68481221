namespace Understudy.Fleet;

/// <summary>From a host that is not in the fleet yet.</summary>
/// <param name="SigningRequest">PKCS #10.</param>
/// <param name="Protocol">Of the agents' own talk.</param>
sealed record JoinRequest(string Token, string Host, string Address, byte[] SigningRequest, int Protocol)
{
    /// <summary>Grows when agents of the version before could not understand it any more.</summary>
    public const int Spoken = 1;
}

/// <param name="Certificate">PEM.</param>
/// <param name="Keepers">The addresses of the hosts that keep the store.</param>
sealed record JoinAnswerDocument(string Certificate, IReadOnlyList<string> Keepers, int Epoch);

/// <summary>How often the store was begun anew, and who keeps it now.</summary>
sealed record EpochAnswer(int Epoch, IReadOnlyList<string> Keepers);

sealed record RenewRequest(byte[] SigningRequest);

/// <param name="Authority">For one that is to sign too: the fleet's authority with its key. Null: it is not.</param>
sealed record RenewAnswer(string Certificate, string? Authority);
