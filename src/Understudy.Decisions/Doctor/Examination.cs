namespace Understudy.Decisions.Doctor;

/// <summary>What is wrong with a host and its apps, by weight.</summary>
public static class Examination
{
    static readonly Func<HostSight, IEnumerable<Finding>>[] Checks =
    [
        AgentFindings.Of, PoolFindings.Of, ProcessFindings.Of, MemoryFindings.Of, BudgetFindings.Of, RightsFindings.Of, DiskFindings.Of, LimitFindings.Of, PortFindings.Of,
    ];

    /// <summary>The worst first; of one weight in the order of <see cref="FindingKinds.All"/>.</summary>
    public static IReadOnlyList<Finding> Of(HostSight host)
    {
        var order = FindingKinds.All.Select((kind, place) => (kind, place)).ToDictionary(one => one.kind, one => one.place);
        return [.. Checks.SelectMany(check => check(host)).OrderByDescending(finding => finding.Weight).ThenBy(finding => order[finding.Kind])];
    }

    /// <summary>Notes are to know; anything heavier is wrong.</summary>
    public static bool IsWrong(IEnumerable<Finding> findings) => findings.Any(finding => finding.Weight > Weight.Note);
}
