using Grpc.Core;
using Understudy.Decisions.Fleet;

namespace Understudy.State.Etcd;

/// <summary>What a call brought.</summary>
/// <param name="SentAt">When the attempt that was answered was sent.</param>
/// <param name="FirstSentAt">When the first attempt was.</param>
/// <param name="Attempts">How many members were asked; those that have not answered may still do what they were told.</param>
readonly record struct EtcdAnswer<T>(T Value, long SentAt, long FirstSentAt, int Attempts);

/// <summary>Calls that end at their deadline, whatever the members do: asked of one, and of the next beside it when it takes long.</summary>
sealed class EtcdCalls(EtcdMembers members, EtcdOptions options)
{
    /// <exception cref="StoreSilent">No member answered in time.</exception>
    /// <exception cref="RpcException">A member refused what was asked, as any other would.</exception>
    public async Task<EtcdAnswer<T>> Ask<T>(Func<EtcdMember, CancellationToken, Task<T>> send, CancellationToken cancellation)
    {
        var time = options.Time;
        var start = time.GetTimestamp();
        var asked = members.InOrder();
        int[] order = [.. Enumerable.Range(0, asked.Count)];
        var attempts = new List<HedgeAttempt>();
        var running = new List<(Task<T> Task, long SentAt)>();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reason = "no member is known";
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                for (var i = 0; i < running.Count; i++)
                {
                    if (attempts[i].Over)
                        continue;
                    var member = asked[attempts[i].Member];
                    if (running[i].Task.IsCompletedSuccessfully)
                    {
                        member.Answered();
                        members.Prefer(member);
                        return new EtcdAnswer<T>(await running[i].Task, running[i].SentAt, start, attempts.Count);
                    }
                    if (!running[i].Task.IsCompleted && time.GetElapsedTime(running[i].SentAt) < options.Calls.Attempt)
                        continue;
                    reason = Reason(running[i].Task, member);
                    member.Missed();
                    attempts[i] = attempts[i] with { Over = true };
                }
                var turn = HedgeDecision.Next(options.Calls, order, attempts, time.GetElapsedTime(start));
                if (turn.GiveUp)
                    throw new StoreSilent($"the fleet's store did not answer within {options.Calls.Within.TotalSeconds:0.#} s ({attempts.Count} attempts; the last: {reason}). Look at etcd on {string.Join(", ", asked.Select(member => member.Endpoint.Authority))}");
                if (turn.Ask is { } next)
                {
                    attempts.Add(new HedgeAttempt(next, time.GetElapsedTime(start), Over: false));
                    running.Add((Attempt(asked[next], send, ending.Token), time.GetTimestamp()));
                    continue;
                }
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                var until = turn.Until!.Value - time.GetElapsedTime(start);
                await Task.WhenAny([.. running.Where((_, i) => !attempts[i].Over).Select(one => (Task)one.Task), Task.Delay(until > TimeSpan.Zero ? until : TimeSpan.Zero, time, waiting.Token)]);
                await waiting.CancelAsync();
            }
        }
        finally
        {
            await ending.CancelAsync();
        }
    }

    async Task<T> Attempt<T>(EtcdMember member, Func<EtcdMember, CancellationToken, Task<T>> send, CancellationToken ending)
    {
        // Not gRPC's own deadline: it counts on the wall clock, which a host may set by an hour.
        using var late = new CancellationTokenSource(options.Calls.Attempt, options.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, ending);
        // A call may do much before its first wait: it must not hold up the next member's.
        return await Task.Run(() => send(member, both.Token), both.Token);
    }

    static string Reason(Task failed, EtcdMember member) => failed.Exception?.InnerException switch
    {
        RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Internal or StatusCode.Unknown or StatusCode.Aborted } refused => $"{member.Endpoint.Authority}: {refused.Status.Detail}",
        RpcException refused => throw refused,
        { } other => $"{member.Endpoint.Authority}: {other.Message}",
        null => $"{member.Endpoint.Authority} did not answer",
    };
}
