using System.Globalization;
using Understudy.Api;
using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Workers;

namespace Understudy.Sampling;

/// <summary>
/// Does what the watching thread's decision asks for and needs the rest of the agent: has stale processes reaped and workers replaced, and
/// tells of each act. Without its turns, the thread still sheds and kills in the last resort.
/// </summary>
sealed class MemoryGuard : IDisposable
{
    /// <summary>After a worker was sent away, its memory and that of its replacement show in this time.</summary>
    static readonly TimeSpan AfterRecycling = TimeSpan.FromSeconds(3);

    static readonly TimeSpan Often = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Seldom = TimeSpan.FromSeconds(10);

    /// <summary>Measuring takes at most this share of a core.</summary>
    const int MeasuringShare = 10;

    readonly GuardMode _mode;
    readonly GuardParts _parts;
    readonly MemorySources _sources;
    readonly SharedWord _shed;
    readonly EmergencyLog _log;
    readonly LastResort _last = new();
    readonly KillTargets _targets;
    readonly MemoryWatch _watch;
    readonly string _protection;
    readonly HashSet<string> _told = [];
    GuardStep _step;
    TimeSpan _since;
    int _shedPerMille;
    TimeSpan _measureAt;
    TimeSpan _preparedAt = TimeSpan.MinValue;
    TimeSpan _nextOrder;
    volatile string _sentence = "has not looked yet";

    /// <param name="mode">Not off.</param>
    /// <param name="sources">Its own from here on, like the two after it.</param>
    /// <param name="protection">How this process keeps itself able to act, in words.</param>
    public MemoryGuard(GuardMode mode, MemorySources sources, SharedWord shed, EmergencyLog log, string protection, GuardParts parts)
    {
        _mode = mode;
        _parts = parts;
        _protection = protection;
        _sources = sources;
        _shed = shed;
        _log = log;
        _targets = new KillTargets(_last);
        _watch = new MemoryWatch(mode, sources, shed, _last, new LastWords(log));
    }

    /// <summary>For this process, which it also protects. Null where it is off.</summary>
    /// <param name="workersFolder">The cgroup (v2) that holds all workers; null: none.</param>
    public static MemoryGuard? For(GuardMode mode, Paths paths, string? workersFolder, GuardParts parts) => mode == GuardMode.Off
        ? null
        : new MemoryGuard(mode, new MemorySources(workersFolder), SharedWord.Open(paths.Shedding), new EmergencyLog(kernel: paths.Root is null), SelfProtection.Apply(), parts);

    /// <summary>How far it goes now, as the pools must know it: calm where it only reports.</summary>
    public GuardStep Step => _mode == GuardMode.Act ? _watch.Snapshot.State.Step : GuardStep.Calm;

    /// <summary>What it did since the agent's start.</summary>
    public GuardActs Acts { get; private set; }

    public void Start() => _watch.Start();

    /// <summary>What the watching thread does each turn, for where that is not started.</summary>
    public void Look(TimeSpan now) => _watch.Turn(now);

    /// <summary>One turn: to be called some times a second.</summary>
    public void Turn(TimeSpan now)
    {
        _watch.Attend(now);
        var seen = _watch.Snapshot;
        if (seen.Turns == 0)
            return;
        if (_since == default)
            _since = now;
        if (seen.Blind)
        {
            _sentence = "cannot read /proc/meminfo: memory is not guarded";
            return;
        }
        TellSteps(seen, now);
        _sentence = seen.State.Step == GuardStep.Calm ? $"no action: {GuardSentence.Numbers(seen.Sight)}" : GuardSentence.Raised(seen.State.Step, seen.Sight, _mode);
        if (seen.State.Step >= GuardStep.Hold && now >= _measureAt)
            Measure(now);
        var (workers, places) = _parts.Look();
        Prepare(workers, places, seen, now);
        if (seen.State.Step >= GuardStep.Reap && _mode == GuardMode.Act && _parts.Reap() is { } reaped)
        {
            Acts = Acts with { Reaped = Acts.Reaped + 1 };
            _parts.Tell("guard.reaped", $"memory guard: {reaped}: {GuardSentence.Numbers(seen.Sight)}", null);
        }
        if (seen.State.Step >= GuardStep.Recycle)
            Recycle(workers, seen, now);
    }

    public GuardDocument Describe()
    {
        var seen = _watch.Snapshot;
        var level = seen.Sight.Level;
        return new GuardDocument
        {
            Mode = _mode.ToString().ToLowerInvariant(),
            Step = seen.State.Step.ToString().ToLowerInvariant(),
            Since = TimeOfDay.At(_since),
            LastSentence = _sentence,
            Protection = _protection,
            OfGroup = seen.Sight.OfGroup,
            TotalBytes = level.TotalBytes,
            AvailableBytes = level.AvailableBytes,
            SwapTotalBytes = level.SwapTotalBytes,
            SwapFreeBytes = level.SwapFreeBytes,
            FallingBytesPerSecond = (long)seen.Sight.FallingBytesPerSecond,
            ExhaustedInSeconds = seen.Sight.ExhaustedIn?.TotalSeconds,
            PressureSomePercent = seen.Sight.Pressure.SomePercent,
            PressureFullPercent = seen.Sight.Pressure.FullPercent,
            ShedPercent = _mode == GuardMode.Act ? seen.State.ShedPerMille / 10.0 : 0,
        };
    }

    public void Dispose()
    {
        _watch.Dispose();
        _last.Dispose();
        _sources.Dispose();
        _shed.Dispose();
        _log.Dispose();
    }

    void TellSteps(in GuardSnapshot seen, TimeSpan now)
    {
        var step = seen.State.Step;
        if (step > _step)
            _parts.Tell(GuardSentence.Kind(step), GuardSentence.Raised(step, seen.Sight, _mode), null);
        for (var left = _step; left > step; left--)
            _parts.Tell("guard.cleared", GuardSentence.Cleared(left, seen.Sight), null);
        if (step != _step)
            (_step, _since) = (step, now);
        if (step < GuardStep.Recycle)
            _told.Clear();
        if (_mode == GuardMode.Act && step == GuardStep.Shed && seen.State.ShedPerMille != _shedPerMille)
            _parts.Tell("guard.shedding", string.Create(CultureInfo.InvariantCulture, $"memory guard: {seen.State.ShedPerMille / 10.0:0.#} % of the requests get 503: {GuardSentence.Numbers(seen.Sight)}"), null);
        _shedPerMille = step == GuardStep.Shed ? seen.State.ShedPerMille : 0;
        foreach (var killed in _targets.TakeKilled())
        {
            Acts = Acts with { Killed = Acts.Killed + 1 };
            _parts.Tell("guard.killed", $"memory guard: {killed.Id} was killed with all its processes, {(killed.Leaves ? "for it was told to leave, and memory would not wait" : "in the last resort")}: {GuardSentence.Numbers(seen.Sight)}", killed.Stale ? null : killed.Id);
        }
    }

    void Measure(TimeSpan now)
    {
        var began = BootClock.Now;
        _parts.Measure();
        var took = BootClock.Now - began;
        _measureAt = now + (took * MeasuringShare > Often ? took * MeasuringShare : Often);
    }

    /// <summary>Looks for the group to watch, and opens what may have to be killed.</summary>
    void Prepare(IReadOnlyList<GuardedWorker> workers, IReadOnlyList<KillPlace> places, in GuardSnapshot seen, TimeSpan now)
    {
        // Once workers are told to leave, the one that may be killed instead of waited for must be known at once.
        var every = seen.State.Step switch { GuardStep.Calm => Seldom, < GuardStep.Recycle => Often, _ => TimeSpan.Zero };
        if (now < _preparedAt + every)
            return;
        _preparedAt = now;
        if (_parts.Group(places) is { } group)
            _sources.Watch(group);
        _targets.Update(places, workers, seen.Sight.Level);
    }

    void Recycle(IReadOnlyList<GuardedWorker> workers, in GuardSnapshot seen, TimeSpan now)
    {
        var (order, why) = GuardRecycling.Choose(workers, seen.Sight, seen.State.Step);
        if (order is not null && now >= _nextOrder)
            Order(order, seen, now);
        else if (why is not null)
            _sentence += "; " + why;
    }

    void Order(GuardRecycling.Order order, in GuardSnapshot seen, TimeSpan now)
    {
        var numbers = GuardSentence.Numbers(seen.Sight);
        if (_mode == GuardMode.Act)
        {
            _nextOrder = now + AfterRecycling;
            Acts = Acts with { Recycled = Acts.Recycled + 1 };
            _parts.Recycle(order.Id, order.Reason, order.OutFirst);
            _parts.Tell("guard.recycled", $"memory guard: {order.Id} is replaced: {order.Reason}; {numbers}", order.Id);
        }
        else if (_told.Add(order.Id))
        {
            Acts = Acts with { Recycled = Acts.Recycled + 1 };
            _parts.Tell("guard.recycled", $"memory guard would replace {order.Id}: {order.Reason}; {numbers}", order.Id);
        }
    }
}
