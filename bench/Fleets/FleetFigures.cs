namespace Understudy.Bench.Fleets;

/// <summary>All that is measured of a fleet, in the order in which it is told.</summary>
static class FleetFigures
{
    public static readonly Figure KilledFailed = new("fleet.host_killed.failed", "a host loses its power: failed", "requests") { Goal = new(0), SumCounts = true };
    public static readonly Figure FrozenFailed = new("fleet.host_frozen.failed", "a host locks up: failed", "requests") { Goal = new(0), SumCounts = true };
    public static readonly Figure FrozenP99 = new("fleet.host_frozen.p99_ms", "a host locks up: p99 of all requests", "ms") { WorstCounts = true };
    public static readonly Figure HopCpu = new("fleet.hop_cpu_ratio", "proxies' CPU per request, fleet by one host", "x");
    public static readonly Figure AgentIdle = new("fleet.agent_idle_cpu_percent", "an idle host's agent: CPU", "% of a core") { Goal = new(1.5), WorstCounts = true };
    public static readonly Figure EtcdIdle = new("fleet.etcd_idle_cpu_percent", "an idle host's etcd: CPU", "% of a core") { WorstCounts = true };
    public static readonly Figure CrowdLeaderCpu = new("fleet.1000.leader_cpu_percent", "1,000 simulated hosts: CPU of the leader's agent", "% of a core") { WorstCounts = true };
    public static readonly Figure CrowdStoreCpu = new("fleet.1000.etcd_cpu_percent", "1,000 simulated hosts: CPU of the one etcd", "% of a core") { WorstCounts = true };
    public static readonly Figure CrowdChange = new("fleet.1000.change_seconds", "1,000 simulated hosts: until all know of a change", "s") { WorstCounts = true };

    public static IReadOnlyList<Figure> All { get; } = [KilledFailed, FrozenFailed, FrozenP99, HopCpu, AgentIdle, EtcdIdle, CrowdLeaderCpu, CrowdStoreCpu, CrowdChange];
}
