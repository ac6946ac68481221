using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

/// <summary>A host made of nothing, with workers that take memory: the guard's decisions are carried out as the pools would.</summary>
sealed class GuardWorld
{
    static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    readonly Random _random;
    readonly MemoryTrend _trend = new();
    readonly List<Worker> _workers = [];
    readonly long _total;
    readonly long _swap;
    readonly long _system;
    readonly TimeSpan _boot;
    GuardState _state;
    TimeSpan _now = TimeSpan.FromHours(1);
    TimeSpan _nextOrder;
    int _number;

    public GuardWorld(int seed, bool leaks)
    {
        _random = new Random(seed);
        _total = Between(500, 16_000);
        _swap = _random.Next(2) * Between(250, 2_000);
        _system = _total / 10;
        _boot = TimeSpan.FromSeconds(1 + (_random.NextDouble() * 9));
        var count = 2 + _random.Next(6);
        var each = _total * 2 / 5 / count;
        for (var i = 0; i < count; i++)
            _workers.Add(new Worker { Number = ++_number, Base = each, Bytes = each, StartedAt = _now - TimeSpan.FromHours(2) });
        // 2 to 20 MB/s, or what takes a large host in some minutes.
        if (leaks)
            _workers[_random.Next(count)].LeakPerSecond = Math.Max(Between(2, 20), _total / 200);
    }

    public bool Guarded { get; init; } = true;

    /// <summary>Workers that are told to end take their whole 30 s, and leak on.</summary>
    public bool Stubborn { get; init; }
    public double LeastLeftShare { get; private set; } = 1;
    public int Recycled { get; private set; }
    public int Shed { get; private set; }
    public int KilledInNeed { get; private set; }

    MemoryLevel Level
    {
        get
        {
            var used = _system + _workers.Sum(worker => worker.Bytes + worker.Burst);
            var available = Math.Max(0, _total - used);
            var swapped = Math.Clamp(used - _total, 0, _swap);
            return new MemoryLevel(_total, available, _swap, _swap - swapped);
        }
    }

    public void Pass(TimeSpan time)
    {
        for (var end = _now + time; _now < end; _now += Step)
            Turn();
    }

    public override string ToString() =>
        $"{_total / 1_000_000} MB and {_swap / 1_000_000} MB of swap, {_workers.Count} workers, step {_state.Step}, least left {LeastLeftShare:P1}, recycled {Recycled}, shed {Shed}, killed {KilledInNeed}";

    void Turn()
    {
        Grow();
        var level = Level;
        LeastLeftShare = Math.Min(LeastLeftShare, level.LeftBytes <= 0 ? 0 : level.LeftShare);
        _trend.Add(_now, level.LeftBytes);
        if (!Guarded)
            return;
        var sight = new GuardSight(level, default, _trend.FallingBytesPerSecond);
        _state = GuardDecision.Turn(_state, sight, _now);
        Shed += _state.ShedPerMille > 0 ? 1 : 0;
        if (_state.LastResort && _workers.MaxBy(worker => worker.Bytes) is { } worst)
        {
            KilledInNeed++;
            _workers.Remove(worst);
        }
        if (_state.Step >= GuardStep.Recycle && _now >= _nextOrder && GuardRecycling.Choose([.. _workers.Select(Seen)], sight, _state.Step).Order is { } order)
            Replace(_workers.Single(worker => worker.Id == order.Id), order.OutFirst);
        Advance();
    }

    void Grow()
    {
        foreach (var worker in _workers)
        {
            worker.Bytes += (long)(worker.LeakPerSecond * Step.TotalSeconds);
            if (worker.Bytes < worker.Base)
                worker.Bytes = Math.Min(worker.Base, worker.Bytes + (long)(worker.Base / _boot.TotalSeconds * Step.TotalSeconds));
            // A large request, for some seconds.
            if (worker.BurstUntil < _now)
                worker.Burst = 0;
            if (_random.Next(400) == 0)
                (worker.Burst, worker.BurstUntil) = (worker.Base / 4, _now + TimeSpan.FromSeconds(_random.Next(1, 8)));
        }
    }

    void Replace(Worker worker, bool outFirst)
    {
        Recycled++;
        _nextOrder = _now + TimeSpan.FromSeconds(3);
        // Drained in up to 2 s, from when it may go.
        worker.Waits = !outFirst;
        var hurried = worker.GoneAt is not null;
        worker.GoneAt = _now + (outFirst ? TimeSpan.Zero : _boot) + (Stubborn ? TimeSpan.FromSeconds(30) : TimeSpan.FromSeconds(_random.NextDouble() * 2));
        worker.LeavesAt = _now + (outFirst ? TimeSpan.Zero : _boot);
        if (outFirst && !hurried)
            worker.ReplacedAtItsEnd = true;
        else if (!hurried)
            Start(worker.Base);
    }

    void Advance()
    {
        foreach (var leaving in _workers.Where(worker => worker.LeavesAt <= _now))
        {
            leaving.Waits = false;
            // What was killed takes a moment to give its memory back.
            if (_state.Impatient)
                leaving.GoneAt = Min(leaving.GoneAt!.Value, _now + Step);
        }
        foreach (var gone in _workers.Where(worker => worker.GoneAt <= _now).ToList())
        {
            _workers.Remove(gone);
            if (gone.ReplacedAtItsEnd)
                Start(gone.Base);
        }
    }

    static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    void Start(long bytes) => _workers.Add(new Worker { Number = ++_number, Base = bytes, StartedAt = _now });

    GuardedWorker Seen(Worker worker) => new()
    {
        Id = worker.Id,
        Pool = "shop.web",
        Bytes = worker.Bytes + worker.Burst,
        FreshBytes = worker.Base,
        Serves = worker.GoneAt is null && worker.Bytes >= worker.Base,
        Goes = worker.GoneAt is not null,
        Waits = worker.Waits,
        Age = _now - worker.StartedAt,
        Boot = _boot,
    };

    long Between(int least, int most) => _random.NextInt64(least, most + 1) * 1_000_000;

    sealed class Worker
    {
        public required int Number { get; init; }
        public required long Base { get; init; }
        public required TimeSpan StartedAt { get; init; }
        public long Bytes { get; set; }
        public long LeakPerSecond { get; set; }
        public long Burst { get; set; }
        public TimeSpan BurstUntil { get; set; }
        public bool Waits { get; set; }
        public TimeSpan? LeavesAt { get; set; }
        public TimeSpan? GoneAt { get; set; }
        public bool ReplacedAtItsEnd { get; set; }
        public string Id => $"shop.web.{Number}";
    }
}
