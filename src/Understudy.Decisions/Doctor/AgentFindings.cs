namespace Understudy.Decisions.Doctor;

/// <summary>Of Understudy itself.</summary>
static class AgentFindings
{
    public static IEnumerable<Finding> Of(HostSight host)
    {
        if (host.Agent.Trouble is { } trouble)
        {
            yield return new(
                FindingKinds.AgentSilent, Weight.Error, "No agent answers: what serves goes on, and nothing replaces what dies. What only the agent knows was not looked at.", trouble, host.Agent.Start);
        }
        foreach (var error in host.ConfigurationErrors)
            yield return new(FindingKinds.ConfigurationWrong, Weight.Error, "agent.yaml is wrong: the agent that reads it next does not start.", error, "Correct that line; `understudy schema agent.yaml` prints what may stand there.");
        if (!host.ProxyAnswers)
        {
            yield return new(
                FindingKinds.ProxySilent, Weight.Error, "No proxy answers on its control socket: no request is carried.", "The socket proxy.sock in the run folder has nobody behind it, or nothing came within its deadline.",
                host.Agent.Trouble is null ? "The agent starts another by itself: `understudy events` says why the last ones ended." : host.Agent.Start);
        }
        if (host.OtherHosts == 0)
        {
            yield return new(
                FindingKinds.SingleHost, Weight.Note, "The site is on this host alone: when the host fails, so does the site.", "No other host that serves it is known (`peers:` of agent.yaml).",
                "Name another in `peers:`, or keep what it takes to set one up at hand: the app's repository, a backup of its data, and of the secrets' key.");
        }
    }
}
