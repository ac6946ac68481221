namespace Understudy.Decisions.Doctor;

/// <summary>Of what a process may have open.</summary>
static class LimitFindings
{
    /// <summary>A request takes two descriptors in the proxy, the client's and the worker's.</summary>
    const int LeastForProxy = 4096;

    public static IEnumerable<Finding> Of(HostSight host)
    {
        foreach (var process in host.OpenFiles)
        {
            var used = (double)process.Open / process.Limit;
            if (used < 0.7 && (process.Who != "proxy" || process.Limit >= LeastForProxy))
                continue;
            yield return new(
                FindingKinds.OpenFiles, used >= 0.9 ? Weight.Error : Weight.Warning,
                used >= 0.7 ? $"{process.Who} has nearly as many files open as it may: then it can take no connection and open no file." : "The proxy may open few files: each request in flight takes two.",
                FormattableString.Invariant($"Process {process.Pid} has {process.Open:#,0} of at most {process.Limit:#,0} open (Max open files in /proc/{process.Pid}/limits)."),
                used >= 0.7 && process.Who != "proxy" ? $"See what they are: ls -l /proc/{process.Pid}/fd. If the app leaks them, recycle its workers by age; if it needs them, raise LimitNOFILE of understudy.service." : "Raise LimitNOFILE of understudy.service (systemctl edit understudy), then `understudy restart proxy`.");
        }
    }
}
