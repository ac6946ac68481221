namespace Understudy.Decisions.Sampling;

/// <summary>Processes as the tree that they are: each parent before its children, the largest first.</summary>
public static class ProcessTree
{
    /// <param name="Depth">0: its parent is none of these.</param>
    public readonly record struct Place(SeenProcess Process, int Depth);

    /// <summary>All of them, each once, whatever they say of their parents.</summary>
    public static IReadOnlyList<Place> Of(IReadOnlyCollection<SeenProcess> processes)
    {
        var known = processes.Select(process => process.Pid).ToHashSet();
        var children = processes.ToLookup(process => known.Contains(process.Process.Parent) && process.Process.Parent != process.Pid ? process.Process.Parent : 0);
        var places = new List<Place>(processes.Count);
        var placed = new HashSet<int>(processes.Count);
        foreach (var root in Largest(children[0]))
            Add(root, children, places, placed);
        // Two reads apart a pid may have been used again, so that parents go round in a circle.
        foreach (var left in Largest(processes.Where(process => !placed.Contains(process.Pid))))
            Add(left, children, places, placed);
        return places;
    }

    static void Add(SeenProcess root, ILookup<int, SeenProcess> children, List<Place> places, HashSet<int> placed)
    {
        // No recursion: a chain of forks may be thousands long.
        var waiting = new Stack<Place>();
        waiting.Push(new Place(root, 0));
        while (waiting.TryPop(out var next))
        {
            if (!placed.Add(next.Process.Pid))
                continue;
            places.Add(next);
            foreach (var child in Largest(children[next.Process.Pid]).Reverse())
                waiting.Push(new Place(child, next.Depth + 1));
        }
    }

    static IOrderedEnumerable<SeenProcess> Largest(IEnumerable<SeenProcess> processes) => processes.OrderByDescending(process => process.Weight).ThenBy(process => process.Pid);
}
