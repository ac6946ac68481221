using System.Security.Cryptography;
using System.Text;
using Understudy.Decisions.Proxying;
using Understudy.Linux;

namespace Understudy.Proxying;

/// <summary>The files of an app's live releases: a page of one release finds its own while another is rolled out.</summary>
internal sealed class AppAssets
{
    readonly Release[] releases;

    AppAssets(Release[] releases) => this.releases = releases;

    /// <summary>Null: the app has none.</summary>
    public static AppAssets? Of(IReadOnlyList<AssetRoute> routes)
    {
        var releases = new List<Release>(routes.Count);
        foreach (var route in routes)
        {
            // Most often they all have the same pattern, and then a path is looked at once.
            var known = releases.Find(release => release.Text == route.Pattern)?.Pattern ?? AssetPattern.Parse(route.Pattern);
            if (known is not null) releases.Add(new Release(route.Folder, route.Pattern, known, Mark(route.Folder)));
        }

        return releases.Count == 0 ? null : new AppAssets([.. releases]);
    }

    /// <summary>Tells releases apart in an ETag, the same on each host: archives may give all files one time, and two releases' files may be as long.</summary>
    static string Mark(string folder) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFileName(folder.TrimEnd('/')))).AsSpan(0, 4));

    /// <summary>Whether the target may mean a file, by its looks.</summary>
    public bool Mean(string target)
    {
        AssetPattern? seen = null;
        foreach (var release in releases)
        {
            if (release.Pattern == seen) continue;
            seen = release.Pattern;
            if (seen.FileFor(target) is not null) return true;
        }

        return false;
    }

    /// <summary>Answers with the file of the first release that has it.</summary>
    /// <returns>False: none has it, and nothing was answered.</returns>
    public async Task<bool> TryAnswer(Exchange exchange)
    {
        // A disk may take its time; the socket's thread may not.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        foreach (var release in releases)
        {
            if (release.Pattern.FileFor(exchange.Target) is not { } path || FileBeneath.Open(release.Folder, path) is not { } file) continue;
            await AssetAnswer.Write(exchange.Context, release.Folder, path, file, release.Mark);
            return true;
        }

        return false;
    }

    sealed record Release(string Folder, string Text, AssetPattern Pattern, string Mark);
}
