using StuntApp.Linux;

namespace StuntApp.Stunts;

/// <summary>What the worker finds itself to be: the answer of /self.</summary>
/// <param name="Status">/proc/self/status, by field: SigIgn, SigBlk, Uid, Groups ... as the runtime has them now.</param>
/// <param name="BornWith">The signal fields as they were before the runtime started; empty unless started through `stunt`.</param>
/// <param name="Descriptors">Open descriptors and what each is.</param>
internal sealed record SelfPortrait(
    int Pid, int Parent, int Group, int Session, string WorkingFolder, IReadOnlyList<string> CommandLine,
    IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Cgroup, IReadOnlyDictionary<string, string> Status,
    IReadOnlyDictionary<string, string> BornWith, IReadOnlyDictionary<string, string> Limits, IReadOnlyDictionary<string, string> Descriptors, string OomScoreAdjust)
{
    private const string BornWithVariable = "STUNT_BORN_WITH";

    public static SelfPortrait Take()
    {
        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        environment.Remove(BornWithVariable, out var bornWith);
        return new SelfPortrait(
            System.Environment.ProcessId, Libc.Parent, Libc.Group, Libc.Session, System.Environment.CurrentDirectory,
            File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0'), environment, File.ReadAllLines("/proc/self/cgroup"),
            Fields(File.ReadAllLines("/proc/self/status")), Fields((bornWith ?? "").Split('\n')), LimitsOfSelf(), DescriptorsOfSelf(),
            File.ReadAllText("/proc/self/oom_score_adj").Trim());
    }

    private static Dictionary<string, string> Fields(IEnumerable<string> lines) => lines
        .Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2)
        .ToDictionary(pair => pair[0], pair => pair[1].Replace('\t', ' ').Trim());

    private static Dictionary<string, string> LimitsOfSelf() => File.ReadAllLines("/proc/self/limits").Skip(1)
        .ToDictionary(line => line[..25].Trim(), line => string.Join(' ', line[25..].Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    private static Dictionary<string, string> DescriptorsOfSelf() => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .ToDictionary(path => Path.GetFileName(path), path => new FileInfo(path).LinkTarget ?? "closed meanwhile");
}
