using Understudy.Releases;

namespace Understudy.Api;

/// <summary>What the routes about deploys and releases call.</summary>
internal sealed record DeployCalls
{
    public required Func<string, Stream, CancellationToken, Task<SourceDocument>> Manifest { get; init; }
    public required Func<string, Stream, long, CancellationToken, Task<DoneDocument>> Upload { get; init; }
    public required Func<DeployRequest, DeployStartedDocument> Deploy { get; init; }
    public required Func<RollbackRequest, DeployStartedDocument> Rollback { get; init; }
    public required Func<string?, string, DoneDocument> Cancel { get; init; }
    public required Func<long, DeployProgress?> Progress { get; init; }
    public required Func<string?, long?> Going { get; init; }
    public required Func<string?, IReadOnlyList<ReleaseDocument>> Releases { get; init; }
    public required Func<MaintenanceRequest, DoneDocument> Maintenance { get; init; }

    public static DeployCalls Of(DeployOperations operations) => new()
    {
        Manifest = operations.Manifest,
        Upload = operations.Upload,
        Deploy = operations.Deploy,
        Rollback = operations.Rollback,
        Cancel = operations.Cancel,
        Progress = operations.Progress,
        Going = operations.Going,
        Releases = operations.Releases,
        Maintenance = operations.Maintenance,
    };
}
