namespace Understudy.Decisions.Doctor;

/// <summary>Of the host's memory and swap.</summary>
static class MemoryFindings
{
    /// <summary>Of RAM and swap together: below it one leak away from the end, and below the other nearly there.</summary>
    const double LowShare = 0.15;
    const double GoneShare = 0.07;

    /// <summary>From here on swap as large as the memory holds up the end for minutes of a host that answers nobody.</summary>
    const long LargeMemory = 4_000_000_000;

    public static IEnumerable<Finding> Of(HostSight host)
    {
        if (host.Memory is not { TotalBytes: > 0 } memory)
            yield break;
        if (memory.LeftShare < LowShare)
        {
            yield return new(
                FindingKinds.MemoryLow, memory.LeftShare < GoneShare ? Weight.Error : Weight.Warning, "Memory is nearly gone: when it is, the host answers nobody, and may not take a login.",
                $"{Amount.Of(memory.AvailableBytes)} of {Amount.Of(memory.TotalBytes)} can be had, and {Amount.Of(memory.SwapFreeBytes)} of {Amount.Of(memory.SwapTotalBytes)} swap.",
                "`understudy memory` shows who has it: reap what is stale, then scale down or restart the largest pool.");
        }
        if (memory.SwapTotalBytes == 0)
        {
            yield return new(
                FindingKinds.NoSwap, Weight.Warning, "There is no swap: memory that runs out does so from one moment to the next, with no time to act.", $"{Amount.Of(memory.TotalBytes)} of memory, and 0 of swap.",
                "Make a small one: fallocate -l 1G /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile, and a line for it in /etc/fstab.");
        }
        else if (memory.SwapTotalBytes > 2 * memory.TotalBytes || (memory.TotalBytes >= LargeMemory && memory.SwapTotalBytes > memory.TotalBytes))
        {
            yield return new(
                FindingKinds.TooMuchSwap, Weight.Warning, "There is so much swap that a host out of memory grinds on for minutes, answering nobody, before the kernel frees any.",
                $"{Amount.Of(memory.SwapTotalBytes)} of swap for {Amount.Of(memory.TotalBytes)} of memory.", "Use 1 to 2 GB: swapoff the rest, and take it out of /etc/fstab.");
        }
    }
}
