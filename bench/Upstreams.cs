using System.Globalization;
using Understudy.Bench.Linux;

namespace Understudy.Bench;

/// <summary>Four workers, each a process of its own, on the loader's core.</summary>
sealed class Upstreams : IDisposable
{
    public const int Count = 4;
    static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(10);
    readonly Upstream[] _all;

    /// <param name="delayMs">How long each takes over a request.</param>
    public Upstreams(BenchOptions options, Children children, int delayMs)
    {
        string[] command = delayMs == 0 ? [options.Native("upstream")] : [options.Native("upstream"), "--delay", $"{delayMs}"];
        var started = Enumerable.Range(0, Count).Select(_ => children.Start(command, Cores.Loader)).ToArray();
        _all = [.. started.Select(child => new Upstream(child, Port(child, children)))];
    }

    public IReadOnlyList<Upstream> All => _all;
    public TimeSpan Cpu => ProcessFigures.Cpu(_all.Where(one => !one.Process.Ended).Select(one => one.Process.Pid));

    public void Dispose()
    {
        // A frozen one hears nothing else.
        foreach (var one in _all)
            one.Process.Kill();
    }

    static int Port(Child child, Children children)
    {
        for (var waited = TimeSpan.Zero; waited < StartsWithin; waited += TimeSpan.FromMilliseconds(10))
        {
            if (child.Said() is { } said && said.EndsWith('\n') && int.TryParse(said, NumberStyles.Integer, CultureInfo.InvariantCulture, out var port))
                return port;
            children.Pause(TimeSpan.FromMilliseconds(10));
        }
        throw new BenchFailure($"did not say its port: {child.Command}\n{child.Said()}");
    }
}
