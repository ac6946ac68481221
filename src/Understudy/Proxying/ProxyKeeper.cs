using Understudy.Decisions.Proxying;
using Understudy.Linux;
using Understudy.State;
using Understudy.Workers;

namespace Understudy.Proxying;

/// <summary>Keeps one proxy serving: adopts the one that runs, starts one when none does, replaces one that is frozen, of another version or on other addresses.</summary>
/// <param name="listen">The addresses, which are others once the host is in a fleet.</param>
sealed class ProxyKeeper(Paths paths, Func<IReadOnlyList<string>> listen, IOwnership ownership, ProcessExits exits, EventLog events) : IDisposable
{
    /// <summary>The proxy's name among the owned processes; no worker's, whose names have three parts.</summary>
    public const string Id = "proxy";

    /// <summary>Unanswered calls in a row, each with a deadline of 500 ms, after which a living proxy is taken for frozen.</summary>
    const int FrozenAfter = 4;

    static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(10);
    static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1);

    readonly ProxyControl _control = new(paths.ProxySocket);
    readonly SemaphoreSlim _kick = new(0, 1);
    readonly Lock _gate = new();
    int _serving;
    int _starting;
    TimeSpan _startedAt;
    int _unanswered;
    bool _everServed;
    volatile bool _replace;
    volatile bool _ending;
    volatile string? _failure;

    string Log => Path.Combine(paths.Logs, "proxy.log");

    /// <summary>The newest answer; null while none serves.</summary>
    public ProxyReport? Report { get; private set; }

    /// <summary>Turns until cancelled, quicker while something is on its way.</summary>
    public async Task Run(Func<bool> hurried, Action<ProxyReport?> reported, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                try
                {
                    await Turn(cancellation);
                    reported(Report);
                }
                catch (Exception bug) when (!cancellation.IsCancellationRequested)
                {
                    events.Trouble("a look at the proxy", bug);
                }
                await _kick.WaitAsync(TimeSpan.FromMilliseconds(hurried() || _starting != 0 || _unanswered > 0 || Report is null ? 50 : 1000), cancellation);
            }
        }
        catch (OperationCanceledException) { }
    }

    /// <summary>Null once a proxy serves; else what kept it from it.</summary>
    public async Task<string?> FirstServe(CancellationToken cancellation)
    {
        var deadline = BootClock.Now + StartsWithin;
        while (BootClock.Now < deadline)
        {
            await Turn(cancellation);
            if (Report is not null && _starting == 0)
                return null;
            if (_failure is { } failure && Report is null)
                return failure;
            await _kick.WaitAsync(TimeSpan.FromMilliseconds(10), cancellation);
        }
        return $"the proxy did not answer within {StartsWithin.TotalSeconds:0} s; see {Log}";
    }

    /// <summary>Starts another proxy, which takes over the listening sockets.</summary>
    public void Replace()
    {
        _replace = true;
        Kick();
    }

    public Task<string?> Metrics(CancellationToken cancellation) => _control.Metrics(cancellation);

    /// <summary>Asks it to finish what is in flight and end; kills it at the deadline.</summary>
    public async Task Stop(TimeSpan within)
    {
        _ending = true;
        using var limit = new CancellationTokenSource(within);
        var told = false;
        while (ownership.Processes(Id, 0).Count > 0 && !limit.IsCancellationRequested)
        {
            // One that is only just starting cannot hear yet.
            told = told || await _control.Stop(CancellationToken.None);
            await Task.Delay(20, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        // A proxy that was on its way to take over may have come up meanwhile, or one may hang.
        ownership.Kill(Id, 0);
    }

    public void Kill()
    {
        _ending = true;
        ownership.Kill(Id, 0);
    }

    public void Dispose() => _control.Dispose();

    void Kick()
    {
        try { _kick.Release(); }
        catch (SemaphoreFullException) { }
    }

    async Task Turn(CancellationToken cancellation)
    {
        var asked = BootClock.Now;
        var report = await _control.Report(cancellation);
        // Twice the call's own deadline: then it was this machine or this process that stood still, which says nothing of the proxy.
        if (report is null && BootClock.Now - asked > TimeSpan.FromSeconds(1))
            return;
        lock (_gate)
            Decide(report);
    }

    void Decide(ProxyReport? report)
    {
        if (_ending)
        {
            // Once it is gone, nothing is in flight anywhere and the workers need not be waited for.
            Report = report;
            return;
        }
        if (report is null)
            Unanswered();
        else
            Answered(report);
        if (_starting != 0 && BootClock.Now - _startedAt > StartsWithin)
        {
            events.Add("proxy.failed", $"the new proxy, pid {_starting}, did not take over within {StartsWithin.TotalSeconds:0} s and was killed; see {Log}");
            KillOne(_starting);
            _starting = 0;
        }
    }

    void Answered(ProxyReport report)
    {
        _unanswered = 0;
        _everServed = true;
        Report = report;
        if (report.Pid == _starting)
            _starting = 0;
        if (report.Pid != _serving)
        {
            events.Add("proxy.serving", $"proxy {report.Version}, pid {report.Pid}, serves {string.Join(" ", report.Listen)}");
            _serving = report.Pid;
            if (PidFd.Open(report.Pid) is { } process)
                exits.Watch(process, status => Ended(report.Pid, status));
        }
        if (_starting != 0)
            return;
        if (_replace || report.Version != Product.Version || !report.Listen.ToHashSet().SetEquals(listen()))
        {
            var why = _replace ? "as asked" : report.Version != Product.Version ? $"version {report.Version} gives way to {Product.Version}" : "other addresses are configured";
            _replace = false;
            events.Add("proxy.replaced", $"a new proxy takes over from pid {report.Pid}: {why}");
            Start();
        }
    }

    void Unanswered()
    {
        _unanswered++;
        var living = ownership.Processes(Id, 0);
        if (_starting != 0)
            return;
        if (living.Count == 0 || (_everServed && !living.Contains(_serving)))
        {
            Report = null;
            if (BootClock.Now - _startedAt >= RestartPause || _everServed)
                Start();
        }
        else if (_unanswered >= FrozenAfter)
        {
            Report = null;
            events.Add("proxy.killed", $"the proxy, pid {string.Join(", ", living)}, has not answered {_unanswered} times in a row: killed, and another started");
            ownership.Kill(Id, 0);
            Start();
        }
    }

    void Start()
    {
        _everServed = false;
        _unanswered = 0;
        _startedAt = BootClock.Now;
        _failure = null;
        try
        {
            var pid = Spawn.Start(Spec());
            _starting = pid;
            if (PidFd.Open(pid) is { } process)
                exits.Watch(process, status => Ended(pid, status));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            _failure = refused.Message;
            events.Add("proxy.failed", $"the proxy cannot be started: {refused.Message}");
        }
    }

    void Ended(int pid, ExitStatus? status)
    {
        lock (_gate)
        {
            var how = status?.ToString() ?? "exit code unknown: it was adopted";
            if (pid == _starting)
            {
                _starting = 0;
                var said = LogTail.Last(Log, 1);
                _failure = said.Length > 0 ? said : $"the proxy ended at once: {how}";
                events.Add("proxy.failed", $"the new proxy, pid {pid}, ended before it served: {_failure}");
            }
            else if (pid == _serving)
            {
                _serving = 0;
                events.Add("proxy.ended", $"the proxy, pid {pid}, ended: {how}");
            }
        }
        Kick();
    }

    void KillOne(int pid)
    {
        using var process = PidFd.Open(pid);
        process?.Send(Signal.Kill);
    }

    ExecSpec Spec()
    {
        Directory.CreateDirectory(paths.Logs);
        return new ExecSpec
        {
            Command =
            [
                Environment.ProcessPath ?? "/proc/self/exe", "proxy",
                .. paths.Root is { } root ? ["--root", root] : Array.Empty<string>(),
                .. listen().SelectMany(address => new[] { "--listen", address }),
            ],
            Folder = "/",
            Env = new Dictionary<string, string>(ProxyEnvironment.Variables)
            {
                ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
                [MarkerOwnership.Marker] = $"{Ownership.KeyOf(paths)}/{Id}",
            },
            Cgroup = ownership.Prepare(Id),
            OutOfMemoryScore = SelfProtection.OutOfMemoryScore,
            Log = Log,
        };
    }
}
