using System.Runtime.InteropServices;

namespace Understudy.Lab.Harness;

/// <summary>An app folder whose workers misbehave when told to: test/StuntApp, which `./dev lab` publishes to out/stunt.</summary>
sealed class StuntFolder : IDisposable
{
    readonly LabFolder _folder = new();

    /// <param name="web">More keys of the process type, each line after the first indented by four.</param>
    /// <param name="env">More lines of `env:`, each after the first indented by two.</param>
    /// <param name="more">More keys of the app.</param>
    public StuntFolder(string web = "workers: 1", string env = "", string app = "stunt", string more = "") =>
        File.WriteAllText(_folder["understudy.yaml"], Yaml(web, env, app, more));

    public string Folder => _folder.Path;

    static string Program => Repository.Made("stunt", "stunt");

    /// <summary>Its understudy.yaml.</summary>
    public static string Yaml(string web, string env, string app, string more)
    {
        Prerequisite.Needs(File.Exists(Program), $"{Program} is not there; `./dev lab` makes it");
        return $$"""
            app: {{app}}
            {{more}}
            processes:
              web:
                command: exec {{Program}}
                {{web}}
            env:
              # Where the runtime of these tests lies: the app's own may lie in no usual place.
              DOTNET_ROOT: {{Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."))}}
              {{env}}
            """;
    }

    public void Dispose() => _folder.Dispose();
}
