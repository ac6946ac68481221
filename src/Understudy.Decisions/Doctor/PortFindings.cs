namespace Understudy.Decisions.Doctor;

/// <summary>Of ports that other machines can reach.</summary>
static class PortFindings
{
    public static IEnumerable<Finding> Of(HostSight host)
    {
        foreach (var ports in host.Ports.GroupBy(port => (port.Who, port.At.Port, port.Worker)))
        {
            var (who, number, worker) = ports.Key;
            var process = ports.First().Pid is > 0 and var pid ? FormattableString.Invariant($"Process {pid}") : "A process of another user";
            var at = string.Join(" and ", ports.Select(port => port.At.ToString()).Distinct());
            yield return worker
                ? new(
                    FindingKinds.OpenPort, Weight.Warning, $"{who} listens on port {number} for every network: whoever reaches it goes around the proxy, and its queue, limits and TLS.",
                    $"{process} listens at {at}.", "Let it bind to loopback, as in `puma -b tcp://127.0.0.1:$PORT` or `--bind 127.0.0.1:$PORT`; the proxy reaches it there.")
                : new(
                    FindingKinds.OpenPort, Weight.Warning, $"{who} listens on port {number} for every network: it answers whoever reaches it, as a rule without a password.",
                    $"{process} listens at {at}.", $"Let it bind to 127.0.0.1 or the private address that its users need, or close port {number} in the firewall.");
        }
    }
}
