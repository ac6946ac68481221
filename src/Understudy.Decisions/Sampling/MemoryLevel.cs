namespace Understudy.Decisions.Sampling;

/// <summary>The memory of a host, or of a group of processes that may take less, and what is left of it. All in bytes.</summary>
/// <param name="TotalBytes">RAM, or as much of it as the group may take.</param>
/// <param name="AvailableBytes">Of it, what can be had without swapping: free, or file cache that can be dropped.</param>
/// <param name="SwapTotalBytes">0 where there is no swap.</param>
/// <param name="SwapFreeBytes">Of the swap, what is free.</param>
public readonly record struct MemoryLevel(long TotalBytes, long AvailableBytes, long SwapTotalBytes, long SwapFreeBytes)
{
    /// <summary>RAM and swap that can still be had.</summary>
    public long LeftBytes => AvailableBytes + SwapFreeBytes;

    /// <summary>RAM and swap together.</summary>
    public long AllBytes => TotalBytes + SwapTotalBytes;

    /// <summary>0 to 1: of RAM and swap together, what can still be had. 1 where nothing is known.</summary>
    public double LeftShare => AllBytes > 0 ? (double)LeftBytes / AllBytes : 1;

    /// <summary>0 to 1: of the RAM alone, what can be had without swapping. 1 where nothing is known.</summary>
    public double AvailableShare => TotalBytes > 0 ? (double)AvailableBytes / TotalBytes : 1;
}
