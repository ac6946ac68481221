using Understudy.Linux;

namespace Understudy.Tests.Linux;

public sealed class FolderUseTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    [Fact]
    public void Working_folders_and_programs_count_and_names_that_only_begin_alike_do_not()
    {
        foreach (var name in (string[])["one", "one-more", "two", "three", "four"])
            Directory.CreateDirectory(_folder[name]);
        Process(1, "cwd", _folder["one"]);
        Process(2, "exe", _folder["two/bin/node"]);
        Process(3, "cwd", _folder["three"] + " (deleted)");
        Directory.CreateDirectory(_folder["proc/4"]);
        var all = (string[])[_folder["one"], _folder["one-more"], _folder["two"], _folder["three"], _folder["four"]];
        Assert.Equal([_folder["one"], _folder["two"]], FolderUse.Of(all, new ProcessTable(_folder["proc"])).Order());
    }

    [Fact]
    public void A_folder_is_found_by_its_real_path()
    {
        Directory.CreateDirectory(_folder["real/release"]);
        Directory.CreateSymbolicLink(_folder["link"], _folder["real"]);
        Process(1, "cwd", _folder["real/release"]);
        Assert.Equal([_folder["link/release"]], FolderUse.Of([_folder["link/release"]], new ProcessTable(_folder["proc"])));
    }

    public void Dispose() => _folder.Dispose();

    void Process(int pid, string link, string target)
    {
        Directory.CreateDirectory(_folder[$"proc/{pid}"]);
        File.CreateSymbolicLink(_folder[$"proc/{pid}/{link}"], target);
    }
}
