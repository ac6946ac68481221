using Understudy.Decisions.Workers;

namespace Understudy.Tests.Decisions.Workers;

/// <summary>A pool whose processes are made of nothing: performs the decision's actions, and lets a test say what happens to each worker.</summary>
sealed class PoolWorld
{
    readonly Dictionary<string, Process> _processes = [];

    public PoolState State { get; set; } = new();

    public PoolRules Rules { get; set; } = new()
    {
        App = "shop",
        Pool = "web",
        Min = 2,
        Max = 2,
        Concurrency = 5,
        ReadyWithin = TimeSpan.FromSeconds(60),
        StopWithin = TimeSpan.FromSeconds(30),
    };

    public TimeSpan Now { get; private set; } = TimeSpan.FromHours(1);

    public int Queued { get; set; }

    public double Load { get; set; }

    public bool GrowthHeld { get; set; }

    public bool SurgeHeld { get; set; }

    public bool Shedding { get; set; }

    /// <summary>Whether a started worker answers its ready path; by its number.</summary>
    public Func<int, bool> GetsReady { get; set; } = _ => true;

    /// <summary>Whether a worker ends when it is sent its signal.</summary>
    public Func<int, bool> ObeysSignal { get; set; } = _ => true;

    public List<string> Told { get; } = [];

    public List<string> Killed { get; } = [];

    /// <summary>Workers whose processes were left as they are, with the reason.</summary>
    public Dictionary<string, string> Abandoned { get; } = [];

    public PoolTurn? Last { get; private set; }

    public IReadOnlyDictionary<string, Process> Processes => _processes;

    public int Ready => State.Count(WorkerPhase.Ready);

    public IEnumerable<int> Numbers(WorkerPhase phase) => State.Workers.Where(worker => worker.Phase == phase).Select(worker => int.Parse(worker.Id.Split('.')[2], System.Globalization.CultureInfo.InvariantCulture));

    public Process this[int number] => _processes[$"shop.web.{number}"];

    public void Turn()
    {
        Last = PoolDecision.Turn(State, Rules, new PoolObservation(State.Workers.ToDictionary(worker => worker.Id, Observe), Queued, Load) { GrowthHeld = GrowthHeld, SurgeHeld = SurgeHeld, Shedding = Shedding }, Now);
        State = Last.State;
        foreach (var action in Last.Actions)
            Perform(action);
    }

    /// <summary>Turns whenever one is due, and at least every 100 ms.</summary>
    public void Pass(TimeSpan time)
    {
        for (var end = Now + time; Now < end; Turn())
            Now += TimeSpan.FromMilliseconds(100);
    }

    WorkerObservation Observe(WorkerState worker)
    {
        var process = _processes[worker.Id];
        return new WorkerObservation
        {
            Alive = process.Ended is null || process.LeavesOthers,
            LeaderEnded = process.Ended,
            ShownReady = process.Ready ?? (GetsReady(process.Number) && Now - worker.StartedAt >= TimeSpan.FromSeconds(1)),
            Stranger = process.Stranger,
            InUse = !worker.Leaving || process.Busy,
            DownSince = process.DownSince,
            DownReason = process.DownSince is null ? null : "no answer",
            Stopped = process.Stopped,
            Requests = process.Requests,
            MemoryBytes = process.MemoryBytes,
            Unwanted = process.Unwanted,
            OutFirst = process.OutFirst,
        };
    }

    void Perform(PoolAction action)
    {
        switch (action)
        {
            case PoolAction.Start start:
                _processes.Add(start.Id, new Process(int.Parse(start.Id.Split('.')[2], System.Globalization.CultureInfo.InvariantCulture)));
                break;
            case PoolAction.Signal signal:
                _processes[signal.Id].Signalled = Now;
                if (ObeysSignal(_processes[signal.Id].Number))
                    _processes[signal.Id].Ended ??= "exit code 0";
                break;
            case PoolAction.Kill kill:
                Killed.Add(kill.Id);
                _processes[kill.Id].LeavesOthers = false;
                _processes[kill.Id].Ended ??= "killed by SIGKILL";
                break;
            case PoolAction.Abandon abandon:
                Abandoned.Add(abandon.Id, abandon.Reason);
                break;
            case PoolAction.Forget forget:
                _processes.Remove(forget.Id);
                break;
            case PoolAction.Tell tell:
                Told.Add(tell.Kind);
                break;
        }
    }

    internal sealed class Process(int number)
    {
        public int Number => number;
        public string? Ended { get; set; }
        public bool LeavesOthers { get; set; }
        public bool? Ready { get; set; }
        public string? Stranger { get; set; }
        public bool Busy { get; set; }
        public TimeSpan? Signalled { get; set; }
        public TimeSpan? DownSince { get; set; }
        public bool Stopped { get; set; }
        public long Requests { get; set; }
        public long MemoryBytes { get; set; }
        public string? Unwanted { get; set; }
        public bool OutFirst { get; set; }
    }
}
