using Understudy.Releases;

namespace Understudy.Tests.Releases;

public sealed class AppFoldersTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly AppFolders _folders;

    public AppFoldersTests()
    {
        _folders = new AppFolders(new Paths(_folder.Path), "shop");
        _folders.Make(null);
    }

    [Fact]
    public void Only_its_owner_sees_what_is_uploaded_and_packed()
    {
        Assert.All((string[])[_folders.Source, _folders.Artifacts], folder => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder)));
        Assert.True(Directory.Exists(_folders.Releases));
        Assert.True(Directory.Exists(_folders.Shared));
    }

    [Fact]
    public void Current_leads_to_the_release_and_on_to_the_next_one()
    {
        foreach (var release in (string[])["20260101000000-aaaaaaaa", "20260102000000-bbbbbbbb"])
        {
            Directory.CreateDirectory(_folders.Of(release));
            _folders.SetCurrent(release);
            Assert.Equal(_folders.Of(release), new DirectoryInfo(_folders.Current).ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        }
        Assert.Equal("releases/20260102000000-bbbbbbbb", new FileInfo(_folders.Current).LinkTarget);
    }

    [Fact]
    public void Two_releases_of_one_second_and_one_tree_have_two_names()
    {
        var now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2));
        var first = _folders.NewName(now, "0123456789abcdef", newest: null);
        Assert.Equal("20260102010405-01234567", first);
        Directory.CreateDirectory(_folders.Of(first));
        Assert.Equal("20260102010406-01234567", _folders.NewName(now, "0123456789abcdef", newest: null));
    }

    [Theory]
    [InlineData("20260102010404-fedcba98", "20260102010405-01234567")]
    [InlineData("20260102010405-fedcba98", "20260102010406-01234567")]
    [InlineData("20260102235959-fedcba98", "20260103000000-01234567")]
    public void A_release_sorts_after_the_one_before_it_whatever_the_clock_says(string newest, string name) =>
        Assert.Equal(name, _folders.NewName(new DateTimeOffset(2026, 1, 2, 1, 4, 5, TimeSpan.Zero), "0123456789abcdef", newest));

    [Theory]
    [InlineData("shop", "app-shop")]
    [InlineData("a-very-long-name-of-an-app-that-somebody-chose", "app-a-very-long-name-of-")]
    public void An_apps_user_has_a_name_that_a_user_can_have(string app, string starts)
    {
        var name = AppUser.NameOf(app);
        Assert.StartsWith(starts, name, StringComparison.Ordinal);
        Assert.True(name.Length <= 32, name);
        Assert.NotEqual(name, AppUser.NameOf(app + "x"));
    }

    public void Dispose() => _folder.Dispose();
}
