namespace Understudy.Releases;

/// <summary>Says what a failed write means for a deploy.</summary>
static class SourceDisk
{
    const int NoSpace = 28;
    const int OverQuota = 122;

    public static OperationRefused Failed(string where, Exception failure) => failure.HResult is NoSpace or OverQuota
        ? new OperationRefused($"the disk is full: the sources of the release find no room in {where}; nothing was deployed: free some space (`df -h {where}`), and deploy again")
        : new OperationRefused($"the sources of the release cannot be written: {failure.Message}; nothing was deployed: see that the agent may write to {where}, and deploy again");
}
