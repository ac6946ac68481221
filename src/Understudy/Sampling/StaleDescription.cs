using Understudy.Api;
using Understudy.Decisions.Sampling;
using Understudy.Workers;

namespace Understudy.Sampling;

/// <summary>What is stale as the API tells of it.</summary>
static class StaleDescription
{
    public static StaleDocument Of(StaleOwner stale, TimeSpan now) => new()
    {
        Id = stale.Id,
        App = stale.Group.Owner.App,
        Pool = stale.Group.Owner.Pool,
        Release = stale.Release,
        Generation = stale.Generation,
        Since = TimeOfDay.At(stale.Since),
        Reason = stale.Reason,
        Policy = stale.Policy.ToString().ToLowerInvariant(),
        DeadlineAt = stale.DeadlineAt is { } deadline ? TimeOfDay.At(deadline) : null,
        KeptBy = stale.KeptBy(now),
        Processes = [.. stale.Group.Processes.Select(Of)],
    };

    public static MovedDocument Of(MovedProcess moved) => new(moved.Id, Of(moved.Process), moved.Place);

    public static ReapedDocument Of(ReapVerdict verdict, string outcome) => new(
        verdict.Id, verdict.Ruling.ToString().ToLowerInvariant(), outcome, verdict.Sentence, verdict.Since is { } since ? TimeOfDay.At(since) : null, [.. verdict.Group.Processes.Select(Of)]);

    static StaleProcessDocument Of(OwnedProcess process) => new(process.Key.Pid, process.Key.StartTicks, process.Parent, process.Name, process.State.ToString());
}
