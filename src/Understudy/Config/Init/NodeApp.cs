using System.Text.Json;

namespace Understudy.Config.Init;

/// <summary>Node apps with a start script.</summary>
static class NodeApp
{
    public static bool Look(Findings found)
    {
        if (found.Files.Json("package.json") is not { ValueKind: JsonValueKind.Object } package)
            return false;
        var scripts = package.TryGetProperty("scripts", out var listed) && listed.ValueKind == JsonValueKind.Object ? listed : default;
        var starts = scripts.ValueKind == JsonValueKind.Object && scripts.TryGetProperty("start", out _);
        if (!starts && !found.Files.Has("server.js"))
            return false;
        found.Say("a Node app (package.json)");
        found.Add(new FoundProcess("web", starts ? "npm start" : "node server.js",
            starts ? "package.json has a start script; it must listen on $PORT" : "there is a server.js; it must listen on $PORT",
            (100, "a Node process answers many requests at a time")));
        found.AddBuild(found.Files.Has("package-lock.json") ? "npm ci" : "npm install", "there is a package.json");
        if (starts && scripts.TryGetProperty("build", out _))
            found.AddBuild("npm run build", "package.json has a build script");
        return true;
    }
}
