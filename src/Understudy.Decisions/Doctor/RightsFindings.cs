namespace Understudy.Decisions.Doctor;

/// <summary>Of what the host does not let Understudy do, and of its clock.</summary>
static class RightsFindings
{
    public static IEnumerable<Finding> Of(HostSight host)
    {
        if (host.NoCgroups is { } why)
        {
            yield return new(
                FindingKinds.NoCgroups, Weight.Warning, "Processes are owned by best effort only: one that leaves its session and clears its environment is not found, and outlives its worker.", why,
                "Run the agent as its package does: by systemd, with understudy-workers.service, which delegates a cgroup.");
        }
        else if (!host.LimitsMemory)
        {
            yield return new(
                FindingKinds.NoMemoryLimits, Weight.Warning, "No memory limit can be set on workers and builds: one that leaks takes the host's memory, and is stopped only when it is noticed.",
                "The memory controller is neither enabled below the agent's cgroup (v2) nor mounted for it (v1).", "Boot with cgroup_enable=memory where the kernel has it off (Raspberry Pi OS); in a container, ask for the controller to be delegated.");
        }
        if (host.Clock is { Synchronised: false } clock)
        {
            yield return new(
                FindingKinds.ClockUnsynchronised, Weight.Warning, "The clock is not synchronised: certificates, tokens, sessions and scheduled commands go by a time that drifts.",
                $"The kernel says so (adjtimex), and reckons that it may be wrong by {Amount.Of(clock.MostWrong)}.", "Install and start a time client: apt install systemd-timesyncd, or chrony.");
        }
    }
}
