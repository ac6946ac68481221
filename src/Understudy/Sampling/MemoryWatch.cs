using Understudy.Decisions.Proxying;
using Understudy.Decisions.Sampling;
using Understudy.Linux;

namespace Understudy.Sampling;

/// <summary>
/// The thread that watches memory and needs none: it looks, decides, has the proxy shed, and kills in the last resort. All else that the
/// decision asks for is the agent's to do; it reads the snapshots that this leaves.
/// </summary>
sealed class MemoryWatch : IDisposable
{
    /// <summary>Quicker once there is something to watch.</summary>
    const int CalmPauseMs = 250;
    const int PauseMs = 100;

    const int StackBytes = 256 * 1024;

    /// <summary>The proxy sheds this long after the last word of it.</summary>
    static readonly TimeSpan ShedFor = TimeSpan.FromSeconds(3);

    /// <summary>The agent's own turns are a fifth of a second apart; after this long it does not attend to anything.</summary>
    static readonly TimeSpan Attended = TimeSpan.FromSeconds(3);

    readonly GuardMode _mode;
    readonly MemorySources _sources;
    readonly SharedWord _shed;
    readonly LastResort _last;
    readonly LastWords _words;
    readonly EventFd _stop = new();
    readonly Thread _thread;
    GuardState _state;
    GuardSight _sight;
    GuardSnapshot _snapshot;
    long _turns;
    long _version;
    long _attendedTicks;

    public MemoryWatch(GuardMode mode, MemorySources sources, SharedWord shed, LastResort last, LastWords words)
    {
        _mode = mode;
        _sources = sources;
        _shed = shed;
        _last = last;
        _words = words;
        _thread = new Thread(Run, StackBytes) { IsBackground = true, Name = "memory guard" };
    }

    public void Start()
    {
        Attend(BootClock.Now);
        _thread.Start();
    }

    /// <summary>The agent's own loop says that it goes on.</summary>
    public void Attend(TimeSpan now) => Volatile.Write(ref _attendedTicks, now.Ticks);

    /// <summary>The newest, whole.</summary>
    public GuardSnapshot Snapshot
    {
        get
        {
            var spin = new SpinWait();
            while (true)
            {
                var before = Volatile.Read(ref _version);
                var copy = _snapshot;
                Interlocked.MemoryBarrier();
                if (before % 2 == 0 && Volatile.Read(ref _version) == before)
                    return copy;
                spin.SpinOnce();
            }
        }
    }

    /// <summary>One look, and what follows from it. Allocates nothing.</summary>
    public void Turn(TimeSpan now)
    {
        var blind = !_sources.Look(now, ref _sight);
        if (!blind)
        {
            var before = _state;
            _state = GuardDecision.Turn(before, _sight, now);
            if (_mode == GuardMode.Act)
                Act(before, now);
        }
        Leave(new GuardSnapshot(_sight, _state, now, ++_turns, blind));
    }

    public void Dispose()
    {
        _stop.Ring();
        if (_thread.IsAlive)
            _thread.Join();
        _shed.Value = 0;
        _stop.Dispose();
    }

    void Run()
    {
        do
            Turn(BootClock.Now);
        while (!_stop.Wait(_state.Step == GuardStep.Calm ? CalmPauseMs : PauseMs));
    }

    void Act(in GuardState before, TimeSpan now)
    {
        _shed.Value = Shedding.Word(now + ShedFor, _state.ShedPerMille);
        if (_state.Impatient)
            _last.KillLeaving();
        var alone = _state.Step >= GuardStep.Recycle && now.Ticks - Volatile.Read(ref _attendedTicks) > Attended.Ticks;
        if (_state.LastResort || alone)
        {
            var stale = _last.KillStale();
            if (stale > 0)
                _words.KilledStale(_sight, stale);
            else if (_last.KillWorker(_sight.Stuck, now) is { } worker)
                _words.KilledWorker(_sight, worker.Name);
        }
        // Last, for whoever reads it may be slow.
        if (_state.ShedPerMille > before.ShedPerMille)
            _words.GoingUnder(_sight, _state.ShedPerMille);
    }

    void Leave(in GuardSnapshot snapshot)
    {
        Volatile.Write(ref _version, _version + 1);
        Interlocked.MemoryBarrier();
        _snapshot = snapshot;
        Volatile.Write(ref _version, _version + 1);
    }
}
