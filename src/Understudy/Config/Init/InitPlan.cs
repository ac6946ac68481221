namespace Understudy.Config.Init;

/// <summary>The understudy.yaml that `init` would write.</summary>
/// <param name="Path">Where; it is written only where nothing lies yet.</param>
/// <param name="Found">What was found in the folder, a sentence each; empty where nothing known was.</param>
/// <param name="Refusal">Why nothing is written, for the operator; null where it may be.</param>
sealed record InitPlan(string Path, string Text, IReadOnlyList<string> Found, string? Refusal)
{
    /// <summary>Looks at an app's folder. Nothing is changed.</summary>
    public static InitPlan For(string folder)
    {
        var path = System.IO.Path.Combine(folder, AppConfigLoader.YamlName);
        if (!Directory.Exists(folder))
            return new InitPlan(path, "", [], $"{folder}: there is no such folder; name the app's folder");
        if (ConfigFile.IsThere(path))
            return new InitPlan(path, "", [], $"{path} is there already and is left as it is; remove it first to begin anew");
        var findings = new Findings(new AppFiles(folder));
        return new InitPlan(path, InitText.Of(findings), findings.Sentences, null);
    }

    /// <summary>Writes the file; false where one has come to lie there meanwhile.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public bool Write()
    {
        if (ConfigFile.IsThere(Path))
            return false;
        using var file = new FileStream(Path, FileMode.CreateNew, FileAccess.Write);
        file.Write(System.Text.Encoding.UTF8.GetBytes(Text));
        return true;
    }
}
