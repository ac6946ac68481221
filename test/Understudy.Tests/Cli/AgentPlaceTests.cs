using Understudy.Cli;

namespace Understudy.Tests.Cli;

public sealed class AgentPlaceTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("us-place-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_option_comes_before_the_environment_and_both_before_the_folder()
    {
        Directory.CreateDirectory(Path.Combine(folder, ".understudy"));
        Assert.Equal(Path.Combine(folder, "a"), AgentPlace.Find("a", "/b", folder).Paths.Root);
        Assert.Equal("/b", AgentPlace.Find(null, "/b", folder).Paths.Root);
        Assert.Equal(Path.Combine(folder, ".understudy"), AgentPlace.Find(null, "", folder).Paths.Root);
    }

    [Fact]
    public void The_nearest_folder_upward_is_taken()
    {
        var deep = Directory.CreateDirectory(Path.Combine(folder, "app", "models", "concerns")).FullName;
        Directory.CreateDirectory(Path.Combine(folder, ".understudy"));
        Directory.CreateDirectory(Path.Combine(folder, "app", ".understudy"));
        Assert.Equal(Path.Combine(folder, "app", ".understudy"), AgentPlace.Find(null, null, deep).Paths.Root);
    }

    [Fact]
    public void Without_any_it_is_the_systems_own()
    {
        var place = AgentPlace.Find(null, null, folder);
        Assert.Null(place.Paths.Root);
        Assert.Contains("looked at  /run/understudy/agent.sock", place.NoAgent());
    }
}
