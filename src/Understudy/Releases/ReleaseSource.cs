using Understudy.Decisions.Releases;

namespace Understudy.Releases;

/// <summary>The checkout of which a release is built, and where its files are.</summary>
sealed record ReleaseSource(SourceStore Store, SourceManifest Manifest)
{
    /// <summary>Sources that were sent this long ago and are not this one's are not uploaded against any more.</summary>
    static readonly TimeSpan Outdated = TimeSpan.FromDays(1);

    public void PruneOthers(DateTimeOffset now) => Store.Prune([Manifest], now - Outdated);
}
