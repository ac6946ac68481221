using Understudy.Bench.Linux;

namespace Understudy.Bench.Proxies;

/// <summary>A proxy that serves, alone on its core, in a folder of its own.</summary>
sealed class RunningProxy : IDisposable
{
    static readonly TimeSpan ServesWithin = TimeSpan.FromSeconds(15);
    readonly Child _process;
    readonly IReadOnlyList<int> _pids;

    public RunningProxy(IProxy proxy, IReadOnlyList<Upstream> upstreams, int concurrency, Children children)
    {
        Port = Loopback.FreePort();
        var command = proxy.Prepare(children.NewFolder(), Port, upstreams, concurrency);
        _process = children.Start(command.Arguments, Cores.Proxy, command.Environment, Signals.Term);
        try
        {
            Loopback.WaitForAnswer(Port, _process, ServesWithin, children.Pause);
            _pids = ProcessFigures.Tree(_process.Pid);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Port { get; }
    public TimeSpan Cpu => ProcessFigures.Cpu(_pids);
    public MemoryFigures Memory => ProcessFigures.Memory(_pids);

    public void CheckAlive()
    {
        if (_process.Ended)
            throw new BenchFailure($"ended under load: {_process.Command}\n{_process.Said()}");
    }

    // Connections of a loader that is gone may keep a graceful stop waiting; the next proxy must not share the core with it.
    public void Dispose() => _process.Stop(TimeSpan.FromSeconds(2));
}
