using Understudy.Api;
using Understudy.Decisions.Sampling;
using Understudy.Workers;

namespace Understudy.Sampling;

/// <summary>A shared connection as the API tells of it.</summary>
static class SharedConnectionsDescription
{
    public static SharedConnectionDocument Of(SharedConnection shared) => new(
        shared.Peer, shared.Grade.ToString().ToLowerInvariant(), shared.Workers, shared.Connections, shared.Pids, TimeOfDay.At(shared.Since), shared.Bytes, shared.Remedy, shared.Sentence);
}
