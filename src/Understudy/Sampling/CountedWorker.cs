using Understudy.Api;
using Understudy.Decisions.Sampling;

namespace Understudy.Sampling;

/// <summary>A worker that its pool counts. See <see cref="WorkerMemoryDocument"/>.</summary>
/// <param name="Id">app.pool.number.</param>
sealed record CountedWorker(string Id, string State, int Pid, string Release, int Generation, DateTimeOffset StartedAt, bool Adopted = false)
{
    public Owner Owner => new(Id);

    public static CountedWorker Of(WorkerDocument worker) =>
        new($"{worker.App}.{worker.Worker}", worker.State, worker.Pid, worker.Release, worker.Generation, worker.StartedAt, worker.Adopted);
}
