using Understudy.Decisions.Proxying;

namespace Understudy.Decisions.Releases;

/// <summary>What a release's workers did together.</summary>
/// <param name="Requests">Handed to its workers.</param>
/// <param name="Failures">Answered with 500 and above, or not at all.</param>
/// <param name="Durations">Answers by the time to their head, in the buckets of <see cref="AnswerTimes"/>; buckets left off at the end are empty.</param>
public sealed record ReleaseFigures(long Requests, long Failures, IReadOnlyList<long> Durations)
{
    public static ReleaseFigures Empty { get; } = new(0, 0, []);

    public static ReleaseFigures Of(WorkerReport worker) => new(worker.Requests, worker.Failures, worker.Durations);

    public ReleaseFigures Plus(ReleaseFigures other) => new(Requests + other.Requests, Failures + other.Failures, Each(other, static (one, two) => one + two));

    /// <summary>What was added since an earlier reading of the same. A newer proxy counts from zero: then all of it.</summary>
    public ReleaseFigures Minus(ReleaseFigures earlier) =>
        Requests < earlier.Requests || Failures < earlier.Failures ? this
            : new(Requests - earlier.Requests, Failures - earlier.Failures, Each(earlier, static (now, then) => Math.Max(0, now - then)));

    long[] Each(ReleaseFigures other, Func<long, long, long> combine)
    {
        var combined = new long[Math.Max(Durations.Count, other.Durations.Count)];
        for (var i = 0; i < combined.Length; i++) combined[i] = combine(Count(i), other.Count(i));
        return combined;
    }

    long Count(int bucket) => bucket < Durations.Count ? Durations[bucket] : 0;
}
