using Understudy.Linux;

namespace Understudy.Tests.Linux;

public sealed class FilesTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public void A_tree_goes_whole_and_what_its_links_lead_to_stays()
    {
        Directory.CreateDirectory(folder["kept"]);
        File.WriteAllText(folder["kept/file"], "");
        Directory.CreateDirectory(folder["tree/a/b"]);
        File.WriteAllText(folder["tree/a/b/c"], "");
        File.CreateSymbolicLink(folder["tree/a/link"], folder["kept"]);
        File.CreateSymbolicLink(folder["tree/dangling"], "nowhere");
        Directory.CreateDirectory(folder["tree/closed/inner"]);
        File.SetUnixFileMode(folder["tree/closed/inner"], UnixFileMode.None);
        File.SetUnixFileMode(folder["tree/closed"], UnixFileMode.None);

        Files.RemoveTree(folder["tree"]);

        Assert.Equal(["kept"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
        Assert.True(File.Exists(folder["kept/file"]));
    }

    [Fact]
    public void A_link_goes_itself_and_a_file_too_and_nothing_there_is_fine()
    {
        Directory.CreateDirectory(folder["kept"]);
        File.CreateSymbolicLink(folder["link"], folder["kept"]);
        File.WriteAllText(folder["file"], "");

        Files.RemoveTree(folder["link"]);
        Files.RemoveTree(folder["file"] + "/");
        Files.RemoveTree(folder["file"]);
        Files.RemoveTree(folder["no/such/place"]);

        Assert.Equal(["kept"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Folders_may_be_deeper_than_any_path_can_say()
    {
        Directory.CreateDirectory(folder["tree"]);
        // A path has 4,096 bytes at most; so this is built from the inside out.
        var within = string.Join('/', Enumerable.Repeat(new string('d', 100), 30));
        for (var times = 0; times < 10; times++)
        {
            Directory.CreateDirectory(Path.Combine(folder["next"], within));
            if (Path.Exists(folder["tree/below"]))
                Directory.Move(folder["tree/below"], Path.Combine(folder["next"], within, "below"));
            Directory.Move(folder["next"], folder["tree/below"]);
        }

        Files.RemoveTree(folder["tree"]);

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    public void Dispose() => folder.Dispose();
}
