namespace Understudy.Decisions.Proxying;

/// <summary>
/// When a worker is asked for its ready path. Answers to requests are as good as probes, so a busy and healthy worker is hardly asked;
/// one that has requests inside and has gone quiet is asked at once.
/// </summary>
public static class ProbeSchedule
{
    /// <summary>Between two probes of a worker that is down, or that is quiet with requests inside.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two probes of a worker with nothing inside.</summary>
    public static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(1);

    /// <summary>Quiet for so long with a request inside: worth a probe.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    /// <param name="lastSign">The newest answer to a request, or the newest hand-over of one to a worker that was empty.</param>
    /// <param name="askedFor">Something went wrong there just now.</param>
    public static bool IsDue(bool isUp, int inFlight, bool askedFor, TimeSpan lastProbe, TimeSpan lastSign, TimeSpan now)
    {
        if (askedFor) return true;
        var sinceProbe = now - lastProbe;
        if (!isUp) return sinceProbe >= Interval;
        if (inFlight > 0) return sinceProbe >= Interval && now - lastSign >= Quiet;
        return sinceProbe >= IdleInterval && now - lastSign >= IdleInterval;
    }
}
