namespace Understudy.Decisions.Sampling;

/// <summary>Which processes of a large tree are shown.</summary>
public static class ProcessFold
{
    /// <summary>A tree of at most this many is shown whole.</summary>
    public const int Whole = 10;

    /// <summary>Of a larger one these are shown, and those above them.</summary>
    public const int Shown = 6;

    /// <summary>By place in the tree: whether it is shown.</summary>
    /// <param name="places">Each parent before its children, with its depth and its size.</param>
    public static IReadOnlyList<bool> Of(IReadOnlyList<(int Depth, long Weight)> places)
    {
        var shown = new bool[places.Count];
        if (places.Count <= Whole)
        {
            Array.Fill(shown, true);
            return shown;
        }
        foreach (var largest in Enumerable.Range(0, places.Count).OrderByDescending(at => places[at].Weight).Take(Shown))
        {
            shown[largest] = true;
            for (var (at, depth) = (largest, places[largest].Depth); depth > 0 && at >= 0; at--)
            {
                if (places[at].Depth < depth)
                    (shown[at], depth) = (true, places[at].Depth);
            }
        }
        return shown;
    }
}
