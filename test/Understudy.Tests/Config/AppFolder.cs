using Understudy.Config;
using Understudy.Decisions.Config;

namespace Understudy.Tests.Config;

/// <summary>An app's folder in a temporary place, removed with the test.</summary>
sealed class AppFolder : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("understudy-config-");

    public string Path => folder.FullName;

    public string this[string file] => System.IO.Path.Combine(Path, file);

    public AppFolder With(string file, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[file])!);
        File.WriteAllText(this[file], text);
        return this;
    }

    public AppFolder With(string file, byte[] bytes)
    {
        File.WriteAllBytes(this[file], bytes);
        return this;
    }

    public AppConfig Config()
    {
        var result = AppConfigLoader.Load(Path);
        Assert.Empty(result.Errors);
        return result.Value!;
    }

    /// <summary>The errors as an operator reads them, the folder left out.</summary>
    public IReadOnlyList<string> Errors()
    {
        var result = AppConfigLoader.Load(Path);
        Assert.Null(result.Value);
        return [.. result.Errors.Select(error => error.ToString().Replace(Path + "/", ""))];
    }

    public void Dispose() => folder.Delete(recursive: true);
}
