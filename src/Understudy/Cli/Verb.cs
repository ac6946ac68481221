using System.CommandLine;

namespace Understudy.Cli;

internal enum VerbGroup
{
    Run,
    Look,
    Change,
    Shell,
    Hidden,
}

/// <summary>One verb; its parser is built only when it is the one asked for.</summary>
internal sealed record Verb(string Name, VerbGroup Group, string Summary, Func<Screen, Command> Build);

internal static class Verbs
{
    public static readonly IReadOnlyList<Verb> All =
    [
        new("up", VerbGroup.Run, "Serve the app in this folder, in the foreground", UpVerb.Build),
        new("init", VerbGroup.Run, "Write an understudy.yaml from what is found here", InitVerb.Build),
        new("run", VerbGroup.Run, "Run a command in the app's folder and environment", RunVerb.Build),
        new("deploy", VerbGroup.Change, "Build a release and roll it out, losing no request", DeployVerb.Build),
        new("rollback", VerbGroup.Change, "Go back to an earlier release, without a build", RollbackVerb.Build),
        new("maintenance", VerbGroup.Change, "Answer every request with 503 while workers stay up", MaintenanceVerb.Build),
        new("releases", VerbGroup.Look, "Who deployed what, when, and how it went", ReleasesVerb.Build),
        new("status", VerbGroup.Look, "Pools and workers at a glance", StatusVerb.Build),
        new("ps", VerbGroup.Look, "The workers, one per line", PsVerb.Build),
        new("memory", VerbGroup.Look, "Who holds this host's memory, forks counted once", MemoryVerb.Build),
        new("logs", VerbGroup.Look, "What the workers wrote", LogsVerb.Build),
        new("events", VerbGroup.Look, "What happened, and why", EventsVerb.Build),
        new("doctor", VerbGroup.Look, "What is wrong here, and what mends it", DoctorVerb.Build),
        new("restart", VerbGroup.Change, "Replace workers one at a time, losing no request", RestartVerb.Build),
        new("reap", VerbGroup.Change, "End stale processes by hand, and no others", ReapVerb.Build),
        new("scale", VerbGroup.Change, "Set how many workers a pool keeps", ScaleVerb.Build),
        new("env", VerbGroup.Change, "Set, unset and list secrets", EnvVerb.Build),
        new("token", VerbGroup.Change, "Let other machines deploy to this host", TokenVerb.Build),
        new("fleet", VerbGroup.Run, "Begin a fleet of hosts, and let others in", FleetVerb.Build),
        new("join", VerbGroup.Run, "Bring this host into a fleet", JoinVerb.Build),
        new("hosts", VerbGroup.Look, "The fleet's hosts, and how each is", HostsVerb.Build),
        new("drain", VerbGroup.Change, "Send a host no requests, and wait until it is empty", DrainVerb.Build),
        new("lab", VerbGroup.Shell, "Several hosts on this machine, and faults for them", LabVerb.Build),
        new("agent", VerbGroup.Shell, "This host's agent, as its service runs it", AgentVerb.Build),
        new("proxy", VerbGroup.Shell, "The process that carries requests; the agent starts it", ProxyVerb.Build),
        new("completion", VerbGroup.Shell, "Completion script for bash, zsh or fish", CompletionVerb.Build),
        new("version", VerbGroup.Shell, "The version of this binary", VersionVerb.Build),
        new("complete", VerbGroup.Hidden, "Candidates for a completion script", CompleteVerb.Build),
        new("schema", VerbGroup.Hidden, "The JSON Schema of understudy.yaml or agent.yaml", SchemaVerb.Build),
    ];

    public static Verb? Named(string name) => All.FirstOrDefault(verb => verb.Name == name);

    /// <summary>The verb that the writer of `name` most likely meant; null where none is near.</summary>
    public static string? Nearest(string name) => All.Where(verb => verb.Group != VerbGroup.Hidden).Select(verb => verb.Name)
        .Where(known => known.StartsWith(name, StringComparison.Ordinal) || Distance(known, name) <= Math.Max(1, known.Length / 3))
        .OrderBy(known => Distance(known, name)).FirstOrDefault();

    /// <summary>Letters to add, remove, replace, or swap with their neighbour.</summary>
    static int Distance(string from, string to)
    {
        var costs = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
            costs[i, 0] = i;
        for (var j = 0; j <= to.Length; j++)
            costs[0, j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var replace = costs[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                costs[i, j] = Math.Min(replace, 1 + Math.Min(costs[i - 1, j], costs[i, j - 1]));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    costs[i, j] = Math.Min(costs[i, j], costs[i - 2, j - 2] + 1);
            }
        }
        return costs[from.Length, to.Length];
    }
}
