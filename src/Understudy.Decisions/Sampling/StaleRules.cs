namespace Understudy.Decisions.Sampling;

/// <summary>What the configuration says of stale processes.</summary>
public sealed record StaleRules
{
    /// <summary>Time that a stale worker of an unknown pool gets to end by itself: the default of `stop.within`.</summary>
    public static readonly TimeSpan UsualWithin = TimeSpan.FromSeconds(30);

    /// <summary>Of the host: for apps that do not say, and those that it does not run any more.</summary>
    public StalePolicy Host { get; init; }

    /// <summary>By app: those that the host runs. Null: as the host.</summary>
    public IReadOnlyDictionary<string, StalePolicy?> Apps { get; init; } = new Dictionary<string, StalePolicy?>();

    /// <summary>`stop.within`, by app.pool.</summary>
    public IReadOnlyDictionary<string, TimeSpan> StopWithin { get; init; } = new Dictionary<string, TimeSpan>();

    /// <summary>Memory runs out, or all ends: nothing is given time to end by itself.</summary>
    public bool Hurried { get; init; }

    /// <summary>Apps whose configuration cannot be read: all of their processes are left as they are.</summary>
    public IReadOnlySet<string> Untended { get; init; } = new HashSet<string>();

    /// <summary>What a `run` command leaves behind was a person's doing, and is ended by a person.</summary>
    public StalePolicy Policy(Owner owner) =>
        owner.Kind == OwnerKind.Run ? StalePolicy.Report : Apps.TryGetValue(owner.App, out var policy) && policy is { } said ? said : Host;

    /// <summary>Time to end by itself, from the moment since which it is stale.</summary>
    public TimeSpan Patience(Owner owner, bool abandoned) =>
        Hurried || abandoned || owner.Kind != OwnerKind.Worker ? TimeSpan.Zero : StopWithin.TryGetValue($"{owner.App}.{owner.Pool}", out var within) ? within : UsualWithin;
}
