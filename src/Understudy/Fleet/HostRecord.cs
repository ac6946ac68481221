namespace Understudy.Fleet;

/// <summary>A host as the fleet's store names it; written when it changes.</summary>
/// <param name="Etcd">The version of its etcd. Null: it has none, and cannot keep a part of the store.</param>
/// <param name="HasData">Its disk has what it keeps of the store, or kept as a member that was put out: then it is no member anew until that is gone.</param>
sealed record HostRecord(string Host, string Address, bool Witness, string Architecture, string Version, string? Etcd, bool HasData = false)
{
    public const string Folder = "fleet/hosts/";

    public string Key => Folder + Host;
}

/// <summary>What a host says of itself every few seconds.</summary>
/// <param name="At">By its own clock.</param>
/// <param name="Load">Processes that run or wait for the disk, a minute's average.</param>
/// <param name="Releases">`app release` of each app.</param>
/// <param name="Trouble">What is not well. Null: nothing.</param>
sealed record HostBeat(
    DateTimeOffset At, double Load, int Processors, long MemoryTotalBytes, long MemoryAvailableBytes, IReadOnlyList<string> Releases, int InFlight, string? Trouble, string LastSentence,
    DateTimeOffset CertificateUntil)
{
    public const string Folder = "beats/";
}

/// <summary>A host that is in the fleet no more, because somebody said so: it reads this when it can, and is alone from then on. Gone once it joins again.</summary>
sealed record RemovalRecord(string Address, string By, DateTimeOffset At)
{
    public const string Folder = "fleet/removed/";
}

/// <summary>A host that gets no new requests, because somebody said so.</summary>
sealed record DrainRecord(string By, DateTimeOffset At)
{
    public const string Folder = "fleet/drains/";
}
