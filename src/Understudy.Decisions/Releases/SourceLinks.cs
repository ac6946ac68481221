using System.Text;

namespace Understudy.Decisions.Releases;

/// <summary>
/// Where the symbolic links of a checkout lead. Each target is walked as the kernel would, other links of the same checkout included: `a/up -> ..` is
/// harmless, and so is `b -> a/up/..` to the eye, but together they leave the tree.
/// </summary>
sealed class SourceLinks
{
    /// <summary>The kernel follows no more than these.</summary>
    const int MostHops = 40;

    readonly Place _root = new();

    public SourceLinks(IEnumerable<SourceLink> links)
    {
        foreach (var link in links)
            _root.Make(link.Path.Split('/')).Target = link.Target;
    }

    /// <summary>One sentence on what is wrong with a link's target by itself; null when nothing is. Asked for all links before one is walked.</summary>
    public static string? WrongTarget(SourceLink link)
    {
        if (link.Target.Length == 0)
            return $"{Named(link)} points nowhere: remove it.";
        if (SourceNames.WrongText(link.Target) is { } odd)
            return $"{Named(link)} points to {SourceNames.Quoted(link.Target)}, which {odd}: let it point to another name.";
        if (Encoding.UTF8.GetByteCount(link.Target) > SourceNames.LongestPath)
            return $"{Named(link)} points to a path that is too long: shorten it.";
        return link.Target[0] == '/'
            ? $"{Named(link)} points to the absolute path {SourceNames.Quoted(link.Target)}, which need not exist on the host: let it point inside the checkout with a relative path, or make it in `build:`."
            : null;
    }

    /// <summary>One sentence on a link that leaves the tree; null for one that stays.</summary>
    public string? Wrong(SourceLink link) => Leaves(link)
        ? $"{Named(link)} points to {SourceNames.Quoted(link.Target)}, which leaves the checkout: let it point inside, or replace it by what it points to."
        : null;

    static string Named(SourceLink link) => $"The symbolic link {SourceNames.Quoted(link.Path)}";

    bool Leaves(SourceLink link)
    {
        var walked = new Stack<Place>([_root]);
        foreach (var folder in link.Path.Split('/')[..^1])
            walked.Push(walked.Peek().Child(folder));
        var ahead = new Stack<string>(link.Target.Split('/').Reverse());
        for (var hops = 0; ahead.TryPop(out var part);)
        {
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                walked.Pop();
                if (walked.Count == 0)
                    return true;
            }
            else if (walked.Peek().Child(part) is { Target: { } next })
            {
                // A ring of links leads nowhere, and so not outside.
                if (++hops > MostHops)
                    return false;
                foreach (var step in next.Split('/').Reverse())
                    ahead.Push(step);
            }
            else
                walked.Push(walked.Peek().Child(part));
        }
        return false;
    }

    /// <summary>A folder on the way to a link, or a link; `Nowhere` stands for all that no link lies beneath.</summary>
    sealed class Place
    {
        static readonly Place Nowhere = new();
        Dictionary<string, Place>? _children;

        public string? Target { get; set; }

        public Place Child(string name) => _children?.GetValueOrDefault(name) ?? Nowhere;

        public Place Make(ReadOnlySpan<string> path)
        {
            if (path.IsEmpty)
                return this;
            _children ??= [];
            if (!_children.TryGetValue(path[0], out var child))
                _children[path[0]] = child = new Place();
            return child.Make(path[1..]);
        }
    }
}
