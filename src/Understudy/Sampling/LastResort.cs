namespace Understudy.Sampling;

/// <summary>What is killed when memory is as good as gone, or when nobody else attends to it: all that is stale, then one worker at a time.</summary>
sealed class LastResort : IDisposable
{
    /// <summary>What was killed has this long to give its memory back before the next worker is.</summary>
    static readonly TimeSpan Effect = TimeSpan.FromSeconds(2);

    KillTarget[] _targets = [];
    int _gate;
    TimeSpan _workerKilledAt = TimeSpan.MinValue;

    /// <summary>From the agent's own thread: what there is now. Those that are not among it any more are closed.</summary>
    public void Replace(IReadOnlyCollection<KillTarget> targets)
    {
        var next = targets.ToArray();
        var spin = new SpinWait();
        while (Interlocked.CompareExchange(ref _gate, 1, 0) != 0)
            spin.SpinOnce();
        var before = _targets;
        _targets = next;
        Volatile.Write(ref _gate, 0);
        foreach (var gone in before.Except(next))
            gone.Dispose();
    }

    /// <summary>Kills what is stale. Allocates nothing. Returns how many.</summary>
    public int KillStale() => KillAll(stale: true);

    /// <summary>Kills the workers that were told to leave and hold more than their budget. Allocates nothing. Returns how many.</summary>
    public int KillLeaving() => KillAll(stale: false);

    /// <summary>Kills the worker that is furthest over its budget, and no second one until that had time to show. Allocates nothing. Null: none was killed.</summary>
    /// <param name="any">One that is within its budget too: all of them wait for memory that nobody else will free.</param>
    public KillTarget? KillWorker(bool any, TimeSpan now)
    {
        if (now - Effect < _workerKilledAt || Interlocked.CompareExchange(ref _gate, 1, 0) != 0)
            return null;
        KillTarget? worst = null;
        foreach (var target in _targets)
        {
            if (!target.Stale && !target.WasKilled && (any || target.Excess > 1) && (worst is null || target.Excess > worst.Excess))
                worst = target;
        }
        if (worst?.Kill() != true)
            worst = null;
        else
            _workerKilledAt = now;
        Volatile.Write(ref _gate, 0);
        return worst;
    }

    int KillAll(bool stale)
    {
        if (Interlocked.CompareExchange(ref _gate, 1, 0) != 0)
            return 0;
        var killed = 0;
        foreach (var target in _targets)
        {
            if ((stale ? target.Stale : target.Leaves) && target.Kill())
                killed++;
        }
        Volatile.Write(ref _gate, 0);
        return killed;
    }

    public void Dispose() => Replace([]);
}
