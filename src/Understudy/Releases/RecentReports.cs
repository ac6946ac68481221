using Understudy.Decisions.Proxying;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>The proxy's words of the last minutes: a new release is compared with what the old one did lately, not in all its life.</summary>
sealed class RecentReports
{
    static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Span = TimeSpan.FromMinutes(10);

    readonly Lock _gate = new();
    readonly Queue<(TimeSpan At, ProxyReport Report)> _reports = [];
    TimeSpan _newest = TimeSpan.MinValue;

    public ProxyReport? Oldest
    {
        get { lock (_gate) return _reports.TryPeek(out var oldest) ? oldest.Report : null; }
    }

    public void Take(ProxyReport? report) => Take(report, BootClock.Now);

    public void Take(ProxyReport? report, TimeSpan now)
    {
        lock (_gate)
        {
            if (report is null || now < _newest + Every)
                return;
            _newest = now;
            _reports.Enqueue((now, report));
            while (_reports.Count > 1 && _reports.Peek().At < now - Span)
                _reports.Dequeue();
        }
    }
}
