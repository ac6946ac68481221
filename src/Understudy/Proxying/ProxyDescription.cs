using Understudy.Api;
using Understudy.Decisions.Proxying;
using Understudy.Linux;
using Understudy.Workers;

namespace Understudy.Proxying;

/// <summary>The proxy as the API tells of it.</summary>
static class ProxyDescription
{
    public static ProxyDocument? Of(ProxyReport? report) => report is null
        ? null
        : new ProxyDocument(
            report.Pid, report.Version, report.State, report.Listen, report.Connections,
            ProcessStat.Read(report.Pid) is { } stat ? TimeOfDay.At(stat.StartedAt) : null, ProcessMemory.Pss(report.Pid));
}
