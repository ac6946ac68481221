namespace Understudy.Decisions.Sampling;

/// <summary>Processes of ours under one owner's name, as the kernel has them now.</summary>
/// <param name="Processes">Living ones; empty where only the group itself is left.</param>
public sealed record OwnedGroup(string Id, IReadOnlyList<OwnedProcess> Processes)
{
    const int MostNamed = 5;

    public Owner Owner => new(Id);

    /// <summary>Its processes for people: `3 processes: 12 sh, 14 ruby, 15 ruby (stopped)`.</summary>
    public string Said
    {
        get
        {
            var named = string.Join(", ", Processes.Take(MostNamed).Select(process => process.ToString()));
            return Processes.Count switch
            {
                1 => $"1 process: {named}",
                > MostNamed => $"{Processes.Count} processes: {named} and {Processes.Count - MostNamed} more",
                _ => $"{Processes.Count} processes: {named}",
            };
        }
    }
}
