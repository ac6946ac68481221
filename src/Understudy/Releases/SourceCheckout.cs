using System.Text.RegularExpressions;
using Understudy.Decisions.Releases;

namespace Understudy.Releases;

/// <summary>A clean checkout of what is to be deployed, on the client's side.</summary>
internal sealed partial class SourceCheckout : IDisposable
{
    const int MostShown = 5;
    string? _temporary;

    /// <summary>Where the files lie: the folder that was named, or a private temporary one that goes with this object.</summary>
    public required string Folder { get; init; }

    /// <summary>Already found to follow <see cref="SourceRules"/>.</summary>
    public required SourceManifest Manifest { get; init; }

    /// <summary>The full hash of the commit; null where there is none.</summary>
    public string? Commit { get; init; }

    /// <summary>The branch or tag, or what was asked for; null where there is none.</summary>
    public string? Ref { get; init; }

    /// <summary>The files are not those of the commit: something was changed or added.</summary>
    public bool Dirty { get; init; }

    /// <param name="whereFrom">A folder, also one beneath a repository's root: then only what lies in it; or an address that git clones.</param>
    /// <param name="reference">A branch, tag or commit. Null: the folder as it is, or the address's default branch.</param>
    /// <param name="allowDirty">Takes a folder's changed and untracked files as they are. Ignored for an address.</param>
    /// <param name="progress">Told in a few words what goes on.</param>
    /// <exception cref="OperationRefused">It cannot be deployed. Kind Invalid: the command line is wrong; Unknown: there is no such ref.</exception>
    public static SourceCheckout Make(string whereFrom, string? reference, bool allowDirty, Action<string> progress, CancellationToken cancellation)
    {
        if (reference is "" || reference is ['-', ..])
            throw new OperationRefused($"{SourceNames.Quoted(reference)} is no branch, tag or commit; give one with --ref", RefusalKind.Invalid);
        if (reference is not null && allowDirty)
            throw new OperationRefused("--dirty deploys a folder as it is, --ref a commit; give one of the two", RefusalKind.Invalid);
        try
        {
            if (Directory.Exists(whereFrom))
                return new SourceFolder(Path.GetFullPath(whereFrom), progress, cancellation).Make(reference, allowDirty);
            if (Helper().IsMatch(whereFrom))
                throw new OperationRefused($"the address {SourceNames.Quoted(whereFrom)} names a program to run, which is not done; give an https, ssh, git or file address", RefusalKind.Invalid);
            if (Address().IsMatch(whereFrom))
                return SourceClone.Make(whereFrom, reference, progress, cancellation);
        }
        catch (GitMissing missing)
        {
            throw new OperationRefused($"{missing.Message}; deploying from a repository needs it: install it with `apt install git`");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OperationRefused($"the checkout cannot be made: {failure.Message}; see that {Path.GetTempPath()} can be written and has room, or name another folder in TMPDIR");
        }
        throw new OperationRefused($"there is no folder {SourceNames.Quoted(whereFrom)}, and it is no address that git clones, such as https://example.com/shop.git or git@example.com:shop.git", RefusalKind.Invalid);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _temporary, null) is { } folder)
            Remove(folder);
    }

    /// <exception cref="OperationRefused">Something is wrong with the checkout; what, and what to do.</exception>
    public static void Refuse(IReadOnlyList<string> wrong)
    {
        if (wrong.Count > 0)
            throw new OperationRefused(string.Join("\n", wrong.Take(MostShown)) + (wrong.Count > MostShown ? FormattableString.Invariant($"\n(and {wrong.Count - MostShown} more)") : ""));
    }

    /// <summary>Makes a checkout in a private temporary folder, which is gone with the checkout, or at once when that fails.</summary>
    public static SourceCheckout InTemporary(Func<string, SourceCheckout> make)
    {
        var folder = Directory.CreateTempSubdirectory("understudy-source-").FullName;
        try
        {
            var made = make(folder);
            made._temporary = folder;
            return made;
        }
        catch
        {
            Remove(folder);
            throw;
        }
    }

    // What is left of a temporary folder is no reason to fail a deploy.
    static void Remove(string folder)
    {
        try { Directory.Delete(folder, recursive: true); }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException) { }
    }

    [GeneratedRegex(@"^[A-Za-z0-9+.-]+::")]
    private static partial Regex Helper();

    [GeneratedRegex(@"^(?:[A-Za-z][A-Za-z0-9+.-]*://.|[A-Za-z0-9_][^/:\s]*:[^:])")]
    private static partial Regex Address();
}
