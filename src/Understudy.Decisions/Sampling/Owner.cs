using System.Globalization;

namespace Understudy.Decisions.Sampling;

/// <summary>What a set of processes of ours belongs to, by the name of its cgroup or in its environment's marker.</summary>
public readonly record struct Owner(string Id)
{
    const string RunMark = ".run-";

    public OwnerKind Kind => Id is "proxy" or "etcd" ? OwnerKind.Platform
        // Names have no dots; a pool may be called run-5.
        : Id.Count(letter => letter == '.') == 2 ? OwnerKind.Worker
        : Id.Contains(RunMark, StringComparison.Ordinal) ? OwnerKind.Run
        : OwnerKind.Command;

    /// <summary>Empty for Understudy's own.</summary>
    public string App => Kind == OwnerKind.Platform ? "" : Id.Split('.')[0];

    /// <summary>Null where it is no worker.</summary>
    public string? Pool => Kind == OwnerKind.Worker ? Id.Split('.')[1] : null;

    /// <summary>web.3 of shop.web.3, build-7 of shop.build-7.</summary>
    public string ShortName => Kind == OwnerKind.Platform ? Id : Id[(Id.IndexOf('.', StringComparison.Ordinal) + 1)..];

    /// <summary>The process that a `run` command was from its start; 0 where it is none.</summary>
    public int RunPid => Kind == OwnerKind.Run && int.TryParse(Id.AsSpan(Id.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0;
}
