using System.Security.Cryptography;
using System.Text;
using Understudy.Decisions.Releases;
using Understudy.Releases;

namespace Understudy.Tests.Releases;

public class SourceCheckoutTests
{
    [Fact]
    public void A_clean_folder_is_its_commit()
    {
        using var folder = GitFolder.WithApp();
        folder.Write(".gitignore", "*.log\n/tmp/\n");
        folder.Write("bin/start", "#!/bin/sh\n");
        File.SetUnixFileMode(Path.Combine(folder.Path, "bin/start"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        folder.Link("start", "bin/start");
        var commit = folder.Commit("more");
        folder.Write("debug.log", "ignored");
        folder.Write("tmp/cache/x", "ignored");
        folder.Write(".understudy/agent.db", "the state of `up`");
        using var checkout = folder.Checkout();
        Assert.Equal([".gitignore", "Procfile", "bin/start", "lib/code.rb"], Paths(checkout));
        Assert.Equal([new SourceLink("start", "bin/start")], checkout.Manifest.Links);
        Assert.Equal(["bin/start"], checkout.Manifest.Files.Where(file => file.Executable).Select(file => file.Path));
        var code = checkout.Manifest.Files[3];
        Assert.Equal((7, Convert.ToHexStringLower(SHA256.HashData("puts 1\n"u8))), (code.Size, code.Sha256));
        Assert.Equal((commit, "main", false, folder.Path), (checkout.Commit, checkout.Ref, checkout.Dirty, checkout.Folder));
    }

    [Fact]
    public void A_dirty_folder_is_refused_with_its_changes_and_deployed_when_told()
    {
        using var folder = GitFolder.WithApp();
        folder.Write("lib/old.rb", "old");
        folder.Commit("second");
        folder.Write("lib/code.rb", "puts 2\n");
        File.Delete(Path.Combine(folder.Path, "lib/old.rb"));
        folder.Write("new\nline", "x");
        folder.Write("é.rb", "x");
        var refused = folder.Refusal();
        Assert.Contains("lib/code.rb, lib/old.rb, new\\nline, é.rb; commit them, or deploy them as they are with --dirty", refused);
        Assert.Contains("\"new\\nline\" contains a newline", folder.Refusal(dirty: true));
        File.Delete(Path.Combine(folder.Path, "new\nline"));
        using var checkout = folder.Checkout(dirty: true);
        Assert.Equal(["Procfile", "lib/code.rb", "é.rb"], Paths(checkout));
        Assert.True(checkout.Dirty);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("puts 2\n"u8)), checkout.Manifest.Files[1].Sha256);
    }

    [Fact]
    public void Only_the_first_five_changes_are_listed()
    {
        using var folder = GitFolder.WithApp();
        for (var i = 0; i < 7; i++)
            folder.Write($"n{i}", "x");
        Assert.Contains("n0, n1, n2, n3, n4 and 2 more;", folder.Refusal());
    }

    [Fact]
    public void A_clean_folder_told_dirty_is_clean()
    {
        using var folder = GitFolder.WithApp();
        using var checkout = folder.Checkout(dirty: true);
        Assert.False(checkout.Dirty);
    }

    [Fact]
    public void A_folder_beneath_the_root_is_deployed_alone()
    {
        using var folder = GitFolder.WithApp();
        folder.Write("apps/shop/Procfile", "web: shop\n");
        folder.Write("apps/shop/lib/a.rb", "a");
        folder.Write("apps/other/x", "x");
        var commit = folder.Commit("apps");
        folder.Write("apps/other/x", "changed, but not here");
        folder.Write("README", "untracked, but not here");
        using var checkout = folder.Checkout(beneath: "apps/shop");
        Assert.Equal(["Procfile", "lib/a.rb"], Paths(checkout));
        folder.Write("apps/shop/lib/a.rb", "changed");
        Assert.Contains(" lib/a.rb;", folder.Refusal(beneath: "apps/shop"));
        using var committed = folder.Checkout("main", beneath: "apps/shop");
        Assert.Equal(["Procfile", "lib/a.rb"], Paths(committed));
        Assert.Equal(checkout.Manifest.Hash, committed.Manifest.Hash);
        Assert.Equal(commit, committed.Commit);
        Assert.Contains("no folder \"apps/shop\" in \"main~1\"", folder.Refusal("main~1", beneath: "apps/shop"));
    }

    [Fact]
    public void A_commit_is_deployed_whatever_the_folder_looks_like()
    {
        using var folder = GitFolder.WithApp();
        folder.Write("lib/run.sh", "#!/bin/sh\n");
        File.SetUnixFileMode(Path.Combine(folder.Path, "lib/run.sh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        folder.Write("empty", "");
        folder.Link("lib/link", "code.rb");
        folder.Write(".gitattributes", "lib/code.rb export-ignore\n* text eol=crlf\n");
        var first = folder.Commit("second");
        using var clean = folder.Checkout();
        folder.Git("tag", "v1");
        folder.Write("lib/code.rb", "puts 3\n");
        folder.Commit("third");
        folder.Write("dirt", "x");
        string temporary;
        using (var checkout = folder.Checkout("v1"))
        {
            temporary = checkout.Folder;
            Assert.Equal(clean.Manifest.Hash, checkout.Manifest.Hash);
            Assert.Equal((first, "v1", false), (checkout.Commit, checkout.Ref, checkout.Dirty));
            Assert.Equal("puts 1\n", File.ReadAllText(Path.Combine(checkout.Folder, "lib/link")));
        }
        Assert.False(Directory.Exists(temporary));
        using var byHash = folder.Checkout(first[..8]);
        Assert.Equal(first, byHash.Commit);
    }

    [Theory]
    [InlineData("featur", "did you mean feature?")]
    [InlineData("nothing-like-it", "there are feature, main, v1.0")]
    [InlineData("HEAD:lib", "there are")]
    public void A_ref_that_is_not_there_is_refused_with_the_nearest(string reference, string expected)
    {
        using var folder = GitFolder.WithApp();
        folder.Git("branch", "feature");
        folder.Git("tag", "v1.0");
        var refused = Assert.Throws<OperationRefused>(() => folder.Checkout(reference));
        Assert.Contains(expected, refused.Message);
        Assert.Equal(RefusalKind.Unknown, refused.Kind);
    }

    [Theory]
    [InlineData("--output=/tmp/x")]
    [InlineData("-h")]
    [InlineData("")]
    public void A_ref_is_never_taken_for_an_option(string reference)
    {
        using var folder = GitFolder.WithApp();
        Assert.Equal(RefusalKind.Invalid, Assert.Throws<OperationRefused>(() => folder.Checkout(reference)).Kind);
    }

    [Fact]
    public void A_folder_in_no_repository_is_all_that_its_gitignore_leaves()
    {
        using var folder = new GitFolder(repository: false);
        folder.Write("understudy.yaml", "app: shop\n");
        folder.Write(".gitignore", "node_modules/\n");
        folder.Write("node_modules/a/index.js", "x");
        folder.Write("web/.gitignore", "*.map\n!keep.map\n");
        folder.Write("web/a.map", "x");
        folder.Write("web/keep.map", "x");
        folder.Write(".understudy/state", "x");
        folder.Link("web/link", "../understudy.yaml");
        using var checkout = folder.Checkout();
        Assert.Equal([".gitignore", "understudy.yaml", "web/.gitignore", "web/keep.map"], Paths(checkout));
        Assert.Equal("web/link", Assert.Single(checkout.Manifest.Links).Path);
        Assert.Equal((null, null, false), (checkout.Commit, checkout.Ref, checkout.Dirty));
        Assert.False(Directory.Exists(Path.Combine(folder.Path, ".git")));
        Assert.Contains("is in no git repository", folder.Refusal("main"));
    }

    [Fact]
    public void A_submodule_is_refused()
    {
        using var library = GitFolder.WithApp();
        using var folder = GitFolder.WithApp();
        folder.Git("submodule", "--quiet", "add", library.Path, "vendor/library");
        folder.Commit("with a submodule");
        Assert.Contains("\"vendor/library\" is a git submodule", folder.Refusal());
        Assert.Contains("\"vendor/library\" is a git submodule", folder.Refusal(dirty: true));
        Assert.Contains("\"vendor/library\" is a git submodule", folder.Refusal("main"));
    }

    [Fact]
    public void A_repository_inside_a_folder_is_refused()
    {
        using var folder = new GitFolder(repository: false);
        folder.Write("Procfile", "web: run");
        folder.Write("vendor/inner/file", "x");
        folder.Run("git", "init", "--quiet", "vendor/inner");
        Assert.Contains("\"vendor/inner\" is a git repository of its own", folder.Refusal());
    }

    [Fact]
    public void A_pointer_of_git_lfs_is_refused()
    {
        using var folder = GitFolder.WithApp();
        folder.Write("big.psd", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n");
        folder.Commit("pointer");
        Assert.Contains("\"big.psd\" is only a pointer of Git LFS, not the file itself; run `git lfs pull`", folder.Refusal());
        Assert.Contains("\"big.psd\" is only a pointer of Git LFS", folder.Refusal("main"));
    }

    [Fact]
    public void Links_that_leave_are_refused_before_anything_is_sent()
    {
        using var folder = GitFolder.WithApp();
        folder.Link("lib/out", "../../etc/passwd");
        folder.Link("abs", "/etc/passwd");
        folder.Commit("links");
        foreach (var refused in (string[])[folder.Refusal(), folder.Refusal("main")])
            Assert.Contains("\"abs\" points to the absolute path", refused);
        File.Delete(Path.Combine(folder.Path, "abs"));
        folder.Commit("one less");
        foreach (var refused in (string[])[folder.Refusal(), folder.Refusal("main")])
            Assert.Contains("\"lib/out\" points to \"../../etc/passwd\", which leaves", refused);
    }

    [Fact]
    public void A_name_that_is_no_utf8_is_shown_and_refused()
    {
        using var folder = GitFolder.WithApp();
        folder.Run("/bin/sh", "-c", "touch \"$(printf 'b\\377d')\"");
        folder.Commit("odd");
        foreach (var refused in (string[])[folder.Refusal(), folder.Refusal("main")])
            Assert.Contains("\"b\\xffd\" is not UTF-8", refused);
    }

    [Fact]
    public void A_pipe_is_refused_and_not_waited_for()
    {
        using var folder = GitFolder.WithApp();
        folder.Run("/bin/sh", "-c", "rm lib/code.rb && mkfifo lib/code.rb");
        Assert.Contains("lib/code.rb", folder.Refusal());
        Assert.Contains("is a pipe", folder.Refusal(dirty: true));
    }

    [Fact]
    public void An_app_without_a_description_is_told_to_write_one()
    {
        using var folder = new GitFolder();
        folder.Write("package.json", "{}");
        folder.Commit("first");
        Assert.Contains("`understudy init`", folder.Refusal());
        folder.Write(".gitignore", "Procfile\n");
        folder.Commit("second");
        folder.Write("Procfile", "web: run");
        Assert.Contains("git ignores the understudy.yaml or Procfile", folder.Refusal());
    }

    [Fact]
    public void A_repository_without_a_commit_can_be_deployed_as_it_is()
    {
        using var folder = new GitFolder();
        folder.Write("Procfile", "web: run");
        Assert.Contains("--dirty", folder.Refusal());
        using var checkout = folder.Checkout(dirty: true);
        Assert.Equal((null, "main", true), (checkout.Commit, checkout.Ref, checkout.Dirty));
    }

    [Fact]
    public void A_tag_names_a_commit_that_is_on_no_branch()
    {
        using var folder = GitFolder.WithApp();
        folder.Git("tag", "v2");
        folder.Git("checkout", "--quiet", "--detach");
        using var checkout = folder.Checkout();
        Assert.Equal("v2", checkout.Ref);
    }

    [Theory]
    [InlineData("/nowhere/at/all")]
    [InlineData("-o")]
    [InlineData("shop")]
    [InlineData("-x@host:path")]
    [InlineData("ext::sh -c touch% /tmp/owned")]
    public void What_is_neither_folder_nor_address_is_wrong_usage(string whereFrom) =>
        Assert.Equal(RefusalKind.Invalid, Assert.Throws<OperationRefused>(() => SourceCheckout.Make(whereFrom, null, false, _ => { }, CancellationToken.None)).Kind);

    [Fact]
    public void Twenty_thousand_small_files_are_read()
    {
        // In memory where there is such a folder: it is not the disk that is tried here.
        var folder = Directory.Exists("/dev/shm") ? Directory.CreateDirectory("/dev/shm/us-" + Guid.NewGuid().ToString("N")).FullName : Directory.CreateTempSubdirectory("us-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "Procfile"), "web: run");
            for (var i = 0; i < 200; i++)
            {
                var inner = Directory.CreateDirectory(Path.Combine(folder, $"d{i}")).FullName;
                for (var j = 0; j < 100; j++)
                    File.WriteAllBytes(Path.Combine(inner, $"f{j}"), Encoding.ASCII.GetBytes($"{i}.{j}"));
            }
            using var checkout = SourceCheckout.Make(folder, null, false, _ => { }, CancellationToken.None);
            Assert.Equal(20_001, checkout.Manifest.Files.DistinctBy(file => file.Sha256).Count());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static IEnumerable<string> Paths(SourceCheckout checkout) => checkout.Manifest.Files.Select(file => file.Path);
}
