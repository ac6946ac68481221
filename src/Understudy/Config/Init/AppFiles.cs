using System.Text.Json;
using Understudy.Decisions.Config;

namespace Understudy.Config.Init;

/// <summary>An app's folder as `init` looks at it: what cannot be read is as good as not there.</summary>
sealed class AppFiles(string folder)
{
    public string Folder => System.IO.Path.GetFullPath(folder);

    public bool Has(string name) => System.IO.Path.Exists(System.IO.Path.Combine(folder, name));

    public string? Text(string name) =>
        File.Exists(System.IO.Path.Combine(folder, name)) ? ConfigFile.Read(System.IO.Path.Combine(folder, name), new ConfigErrors()) : null;

    public ConfigMap? Yaml(string name) => Text(name) is { } text ? YamlTree.Read(text, name, new ConfigErrors()) as ConfigMap : null;

    public JsonElement? Json(string name)
    {
        try
        {
            using var document = Text(name) is { } text ? JsonDocument.Parse(text) : null;
            return document?.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Names of files in the folder, or one level beneath it, that end so.</summary>
    public IEnumerable<string> Ending(string suffix, bool beneath = false)
    {
        var options = new EnumerationOptions { IgnoreInaccessible = true, RecurseSubdirectories = beneath, MaxRecursionDepth = 1 };
        return Directory.EnumerateFiles(folder, "*" + suffix, options).Select(path => System.IO.Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal);
    }
}
