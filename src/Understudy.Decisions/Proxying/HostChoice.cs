namespace Understudy.Decisions.Proxying;

/// <summary>
/// Which host a request goes to: the one with the fewest requests outstanding for what it can work on at a time, so that among equal
/// hosts it is the least outstanding, and a host of half the size gets half as much.
/// </summary>
public static class HostChoice
{
    /// <param name="turn">Where to begin, so that equals take turns.</param>
    /// <returns>The host's index; -1: none is usable.</returns>
    public static int Choose(ReadOnlySpan<HostLoad> hosts, int turn)
    {
        var best = -1;
        for (var i = 0; i < hosts.Length; i++)
        {
            var at = (int)((uint)(i + turn) % (uint)hosts.Length);
            if (hosts[at].Usable && (best < 0 || IsLess(hosts[at], hosts[best]))) best = at;
        }

        return best;
    }

    // With the request itself counted: an idle host of ten slots is less loaded than an idle one of two.
    static bool IsLess(in HostLoad one, in HostLoad other) =>
        (one.Outstanding + 1L) * Math.Max(other.Slots, 1) < (other.Outstanding + 1L) * Math.Max(one.Slots, 1);
}
