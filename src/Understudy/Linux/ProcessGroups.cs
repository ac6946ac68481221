namespace Understudy.Linux;

/// <summary>A process's cgroups, as /proc/PID/cgroup tells them.</summary>
/// <param name="text">Lines `HIERARCHY:CONTROLLERS:PATH`.</param>
sealed class ProcessGroups(string text)
{
    /// <summary>In the v2 hierarchy, from its mount: /understudy-host/workers/shop.web.1. Null where there is none.</summary>
    public string? Unified => Of(line => line.StartsWith("0::", StringComparison.Ordinal));

    /// <summary>In the v1 hierarchy of a controller such as `memory`. Null: v1 does not have it.</summary>
    public string? Of(string controller) => Of(line => line.Split(':', 3) is [_, var controllers, _] && controllers.Split(',').Contains(controller));

    string? Of(Func<string, bool> wanted) => text.Split('\n').FirstOrDefault(wanted)?.Split(':', 3)[2];
}
