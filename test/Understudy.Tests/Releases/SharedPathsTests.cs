using Understudy.Releases;

namespace Understudy.Tests.Releases;

public sealed class SharedPathsTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public SharedPathsTests() => Directory.CreateDirectory(_folder["shared"]);

    [Fact]
    public void What_the_first_release_brings_along_is_shared_by_the_next()
    {
        Write("one/storage/seed.txt", "seed");
        Link("one", "storage");
        Write("one/storage/order.txt", "1 ghost light");
        Write("two/storage/seed.txt", "another seed");
        Link("two", "storage");
        Assert.Equal("seed", File.ReadAllText(_folder["two/storage/seed.txt"]));
        Assert.Equal("1 ghost light", File.ReadAllText(_folder["two/storage/order.txt"]));
    }

    [Fact]
    public void What_no_release_brings_along_is_a_folder_and_a_name_with_an_extension_is_the_apps_to_make()
    {
        Directory.CreateDirectory(_folder["one"]);
        Link("one", "tmp/uploads", "db/production.sqlite3");
        Assert.True(Directory.Exists(_folder["shared/tmp/uploads"]));
        File.WriteAllText(_folder["one/db/production.sqlite3"], "rows");
        Assert.Equal("rows", File.ReadAllText(_folder["shared/db/production.sqlite3"]));
    }

    [Fact]
    public void A_file_that_a_release_brings_along_becomes_the_shared_one()
    {
        Write("one/config/master.key", "first");
        Link("one", "config/master.key");
        Write("two/config/master.key", "second");
        Link("two", "config/master.key");
        Assert.Equal("first", File.ReadAllText(_folder["two/config/master.key"]));
    }

    [Theory]
    [InlineData("one")]
    [InlineData("shared")]
    public void A_link_on_the_way_is_not_followed(string where)
    {
        Write("elsewhere/passwd", "root");
        Directory.CreateDirectory(_folder["one"]);
        Directory.CreateDirectory(_folder["shared"]);
        File.CreateSymbolicLink(_folder[where + "/config"], _folder["elsewhere"]);
        var refused = Assert.Throws<OperationRefused>(() => Link("one", "config/passwd"));
        Assert.Contains("config/passwd", refused.Message, StringComparison.Ordinal);
        Assert.Equal("root", File.ReadAllText(_folder["elsewhere/passwd"]));
    }

    [Fact]
    public void A_release_that_has_a_link_there_loses_the_link_and_not_what_it_leads_to()
    {
        Write("elsewhere/precious.txt", "precious");
        Directory.CreateDirectory(_folder["one"]);
        File.CreateSymbolicLink(_folder["one/storage"], _folder["elsewhere"]);
        Link("one", "storage");
        Assert.Equal("precious", File.ReadAllText(_folder["elsewhere/precious.txt"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["one/storage"]));
    }

    public void Dispose() => _folder.Dispose();

    void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.WriteAllText(_folder[path], text);
    }

    void Link(string release, params string[] paths) => SharedPaths.Link(_folder["shared"], _folder[release], paths, null);
}
