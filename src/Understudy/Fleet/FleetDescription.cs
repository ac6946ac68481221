using Understudy.Api;

namespace Understudy.Fleet;

/// <summary>A host of the fleet as the API tells of it.</summary>
static class FleetDescription
{
    /// <param name="beat">Null: none was seen.</param>
    /// <param name="storeIsSilent">What is told of the host is old.</param>
    public static FleetHostDocument Of(HostRecord host, FleetHost fleet, HostBeat? beat, bool? reached, bool storeIsSilent)
    {
        var member = fleet.Members.FirstOrDefault(member => member.Name == host.Host && !member.IsLearner);
        var silent = fleet.Registry.IsSilent(host.Host);
        return new FleetHostDocument
        {
            Host = host.Host,
            Address = host.Address,
            Role = host.Witness ? "witness" : member is null ? "host" : member.Id == fleet.Leader ? "leader" : "keeper",
            State = silent ? "silent" : fleet.Registry.IsDrained(host.Host) ? "drained" : "serving",
            Reached = reached,
            Releases = beat?.Releases ?? [],
            Trouble = beat?.Trouble,
            InFlight = beat?.InFlight ?? 0,
            Load = beat?.Load ?? 0,
            Processors = beat?.Processors ?? 0,
            MemoryTotalBytes = beat?.MemoryTotalBytes ?? 0,
            MemoryAvailableBytes = beat?.MemoryAvailableBytes ?? 0,
            Version = host.Version,
            Architecture = host.Architecture,
            Etcd = host.Etcd,
            SpokeAt = beat?.At,
            CertificateUntil = beat?.CertificateUntil,
            LastSentence = storeIsSilent ? "the fleet's store is silent: this is what was known last" : beat?.LastSentence ?? "has not spoken yet",
        };
    }

    /// <summary>What a host says of itself.</summary>
    public static HostBeat Beat(HostDocument status, Decisions.Sampling.MemoryLevel memory, double load, DateTimeOffset at, DateTimeOffset certificateUntil)
    {
        var pools = status.Apps.SelectMany(app => app.Pools).ToList();
        var trouble = status.Proxy is not { State: "serving" } ? "no proxy serves"
            : pools.FirstOrDefault(pool => pool.State is "degraded" or "crash loop") is { } unwell ? $"{unwell.Pool} is {unwell.State}: {unwell.LastSentence}"
            : status.Guard is { Step: not "calm" } guard ? guard.LastSentence
            : status.Stale.Count > 0 ? $"{status.Stale.Count} stale" : null;
        return new HostBeat(
            at, load, Environment.ProcessorCount, memory.TotalBytes, memory.AvailableBytes, [.. status.Apps.Select(app => $"{app.App} {app.Release}")], pools.Sum(pool => pool.InFlight),
            trouble, status.LastSentence, certificateUntil);
    }
}
