using Understudy.Linux;

namespace Understudy.Lab.Harness;

/// <summary>A controller that the groups of this machine may use, for the time of a test; then as it was.</summary>
sealed class EnabledController : IDisposable
{
    readonly string _file;
    readonly string _name;
    readonly bool _was;

    EnabledController(string file, string name)
    {
        _file = file;
        _name = name;
        _was = Enabled;
        if (!_was)
            File.WriteAllText(file, "+" + name);
    }

    bool Enabled => (ProcFile.Text(_file) ?? "").Split([' ', '\n']).Contains(_name);

    /// <summary>The one that Docker and systemd leave to cgroup v2 where they keep the others in v1; nothing here uses it, so enabling it limits nobody.</summary>
    public static EnabledController Hugetlb()
    {
        var mount = Cgroups.Mount;
        var free = (mount is null ? null : ProcFile.Text(Path.Combine(mount, "cgroup.controllers"))) ?? "";
        Prerequisite.Needs(free.Split([' ', '\n']).Contains("hugetlb"), "cgroup v2 has no hugetlb controller here");
        try
        {
            return new EnabledController(Path.Combine(mount!, "cgroup.subtree_control"), "hugetlb");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Prerequisite.Needs(false, $"no right to enable controllers: {refused.Message}");
            throw;
        }
    }

    public void Dispose()
    {
        if (!_was)
            File.WriteAllText(_file, "-" + _name);
    }
}
