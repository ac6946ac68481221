namespace Understudy.Decisions.Proxying;

/// <summary>Which app answers for a Host: an exact name, then the longest wildcard, then the first app without domains.</summary>
public sealed class DomainTable
{
    readonly Dictionary<string, int> exact = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, int> wildcards = new(StringComparer.OrdinalIgnoreCase);
    readonly int everythingElse = -1;

    /// <param name="domains">Per app its domains; an app's index is what <see cref="Find"/> gives back. The first app to claim a name has it.</param>
    public DomainTable(IReadOnlyList<IReadOnlyList<string>> domains)
    {
        for (var app = 0; app < domains.Count; app++)
        {
            if (domains[app].Count == 0 && everythingElse < 0) everythingElse = app;
            foreach (var domain in domains[app])
            {
                var name = domain.TrimEnd('.');
                if (name.StartsWith("*.", StringComparison.Ordinal)) wildcards.TryAdd(name[1..], app);
                else exact.TryAdd(name, app);
            }
        }
    }

    /// <returns>The app's index, or -1.</returns>
    public int Find(ReadOnlySpan<char> host)
    {
        if (exact.Count + wildcards.Count == 0) return everythingElse;
        var name = Name(host);
        if (exact.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var app)) return app;
        if (wildcards.Count > 0)
        {
            var lookup = wildcards.GetAlternateLookup<ReadOnlySpan<char>>();
            for (var rest = name; ;)
            {
                var dot = rest.IndexOf('.');
                if (dot < 0) break;
                // The wildcard's label is at least one character: ".example.com" alone is no match.
                if ((rest.Length < name.Length || dot > 0) && lookup.TryGetValue(rest[dot..], out app)) return app;
                rest = rest[(dot + 1)..];
            }
        }

        return everythingElse;
    }

    static ReadOnlySpan<char> Name(ReadOnlySpan<char> host)
    {
        var colon = host.LastIndexOf(':');
        // The colons inside [::1] are no port's.
        if (colon >= 0 && host[colon..].IndexOf(']') < 0) host = host[..colon];
        return host.TrimEnd('.');
    }
}
