using System.Diagnostics;
using Understudy.Bench.Linux;
using Understudy.Bench.Proxies;

namespace Understudy.Bench;

/// <summary>What each side uses of its core from construction to Stop: the proxy of one, loader and upstreams of the other.</summary>
sealed class Sides
{
    const double Full = 95;
    readonly RunningProxy _proxy;
    readonly Upstreams _upstreams;
    readonly long _began = Stopwatch.GetTimestamp();
    TimeSpan _proxyCpu, _loaderCpu, _proxyCore, _loaderCore, _elapsed;

    public Sides(RunningProxy proxy, Upstreams upstreams)
    {
        (_proxy, _upstreams) = (proxy, upstreams);
        (_proxyCpu, _loaderCpu, _proxyCore, _loaderCore) = Read();
    }

    public TimeSpan ProxyCpu => _proxyCpu;
    public double ProxyPercent => Percent(_proxyCpu);
    public double LoaderPercent => Percent(_loaderCpu);

    /// <summary>The larger of the two cores' use by others.</summary>
    public double ForeignPercent => Math.Max(0, Math.Max(Percent(_proxyCore - _proxyCpu), Percent(_loaderCore - _loaderCpu)));

    public string Limit => ProxyPercent >= Full ? "the proxy is the limit"
        : LoaderPercent >= Full ? "loader and upstreams are the limit"
        : ForeignPercent >= 100 - Full ? "other work on this machine is the limit"
        : "neither core is full";

    /// <summary>Once the loader has ended.</summary>
    public void Stop()
    {
        _elapsed = Stopwatch.GetElapsedTime(_began);
        var (proxyCpu, loaderCpu, proxyCore, loaderCore) = Read();
        (_proxyCpu, _loaderCpu, _proxyCore, _loaderCore) = (proxyCpu - _proxyCpu, loaderCpu - _loaderCpu, proxyCore - _proxyCore, loaderCore - _loaderCore);
    }

    (TimeSpan, TimeSpan, TimeSpan, TimeSpan) Read() =>
        (_proxy.Cpu, ProcessFigures.EndedChildrenCpu() + _upstreams.Cpu, CoreTimes.Busy(Cores.Proxy), CoreTimes.Busy(Cores.Loader));

    double Percent(TimeSpan time) => 100 * time / _elapsed;
}
