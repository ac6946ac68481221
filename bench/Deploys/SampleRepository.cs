using System.Globalization;
using System.Security.Cryptography;

namespace Understudy.Bench.Deploys;

/// <summary>A sample as its own team would have it: a git repository of its own, with its database outside.</summary>
sealed class SampleRepository
{
    static readonly TimeSpan GitWithin = TimeSpan.FromSeconds(60);
    readonly Sample _sample;
    readonly Children _children;
    readonly string _stylesheet;

    public SampleRepository(Sample sample, Children children)
    {
        (_sample, _children) = (sample, children);
        Folder = Path.Combine(children.NewFolder(), sample.Name);
        _stylesheet = Path.Combine(Folder, sample.Stylesheet);
        children.Run(["cp", "-r", Path.GetFullPath(Path.Combine("samples", sample.Name)), Folder], GitWithin);
        // The ASP.NET sample's package versions are this repository's.
        foreach (var shared in Directory.EnumerateFiles(".", "Directory.*.props"))
            File.Copy(shared, Path.Combine(Folder, Path.GetFileName(shared)));
        Database = Path.Combine(DataFolder(), sample.Name + ".sqlite3");
        // Both samples' yaml ends with `env:`.
        File.AppendAllText(Path.Combine(Folder, "understudy.yaml"), $"  {sample.DataVariable}: {Database}\n");
        Git("init", "--quiet");
        Commit("first");
    }

    public string Folder { get; }

    public string Database { get; }

    /// <summary>As pages of the newest commit name the style sheet: with its digest.</summary>
    public string StylesheetName => $"/assets/shop-{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_stylesheet)))[..16]}.css";

    /// <summary>A commit that changes a text and the style sheet.</summary>
    public void Change(int number)
    {
        File.WriteAllText(Path.Combine(Folder, "CHANGES.txt"), string.Create(CultureInfo.InvariantCulture, $"Deploy {number}\n"));
        File.AppendAllText(_stylesheet, string.Create(CultureInfo.InvariantCulture, $"\n/* deploy {number} */\n"));
        Commit(string.Create(CultureInfo.InvariantCulture, $"deploy {number} of {_sample.Name}"));
    }

    public void Commit(string message)
    {
        Git("add", "--all");
        Git("commit", "--quiet", "-m", message);
    }

    void Git(params string[] arguments) =>
        _children.Run(["git", "-C", Folder, "-c", "user.name=bench", "-c", "user.email=bench@localhost", .. arguments], GitWithin);

    /// <summary>Written by the workers' user, who is not ours.</summary>
    string DataFolder()
    {
        var folder = _children.NewFolder();
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        return folder;
    }
}
