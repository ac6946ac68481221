using Understudy.Decisions.Config;
using Understudy.Decisions.Releases;

namespace Understudy.Releases;

/// <summary>Says that a branch, tag or commit is not there, and which one may have been meant.</summary>
static class SourceRefs
{
    const int MostListed = 5;

    public static OperationRefused Missing(string reference, string where, IReadOnlyList<string> known)
    {
        var what = $"there is no branch, tag or commit {SourceNames.Quoted(reference)} in {where}; ";
        if (known.Count == 0)
            return new OperationRefused(what + "it has no branches and no tags yet: commit and push something first", RefusalKind.Unknown);
        var nearest = Nearest.Word(reference, known) is { } word ? [word] : known.Where(name => name.Contains(reference, StringComparison.OrdinalIgnoreCase)).Take(MostListed).ToArray();
        return new OperationRefused(what + (nearest.Length > 0 ? "did you mean " + Listed(nearest, nearest.Length) + "?" : "there are " + Listed(known, known.Count)), RefusalKind.Unknown);
    }

    static string Listed(IEnumerable<string> names, int count) =>
        string.Join(", ", names.Take(MostListed).Select(SourceNames.Shown)) + (count > MostListed ? FormattableString.Invariant($" and {count - MostListed} more") : "");
}
