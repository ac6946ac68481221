using Understudy.Releases;

namespace Understudy.Tests.Releases;

public class SourceCloneTests
{
    [Fact]
    public void The_default_branch_is_cloned_into_a_folder_that_goes_again()
    {
        using var origin = GitFolder.WithApp();
        var commit = origin.Commit("second");
        using var local = origin.Checkout();
        string temporary;
        using (var checkout = Clone(origin))
        {
            temporary = checkout.Folder;
            Assert.Equal((commit, "main", false), (checkout.Commit, checkout.Ref, checkout.Dirty));
            Assert.Equal(local.Manifest.Hash, checkout.Manifest.Hash);
            Assert.Equal("puts 1\n", File.ReadAllText(Path.Combine(temporary, "lib/code.rb")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(temporary)!));
        }
        Assert.False(Directory.Exists(Path.GetDirectoryName(temporary)));
    }

    [Fact]
    public void A_branch_a_tag_or_a_whole_hash_is_cloned()
    {
        using var origin = GitFolder.WithApp();
        var first = origin.Git("rev-parse", "HEAD");
        origin.Git("tag", "-a", "v1", "-m", "annotated");
        origin.Git("checkout", "--quiet", "-b", "feature/x");
        origin.Write("more", "x");
        var second = origin.Commit("second");
        origin.Git("checkout", "--quiet", "main");
        using (var tag = Clone(origin, "v1"))
            Assert.Equal((first, "v1"), (tag.Commit, tag.Ref));
        using (var branch = Clone(origin, "feature/x"))
            Assert.Equal((second, 3), (branch.Commit, branch.Manifest.Files.Count));
        origin.Git("config", "uploadpack.allowAnySHA1InWant", "true");
        using var hash = Clone(origin, first);
        Assert.Equal((first, 2), (hash.Commit, hash.Manifest.Files.Count));
    }

    [Fact]
    public void A_bare_repository_at_hand_is_cloned_too()
    {
        using var origin = GitFolder.WithApp();
        origin.Git("clone", "--quiet", "--bare", ".", "../bare.git");
        using var checkout = SourceCheckout.Make(Path.Combine(origin.Elsewhere, "bare.git"), "main", false, _ => { }, CancellationToken.None);
        Assert.Equal(2, checkout.Manifest.Files.Count);
        Assert.NotEqual(Path.Combine(origin.Elsewhere, "bare.git"), checkout.Folder);
    }

    [Fact]
    public void A_ref_that_is_not_there_is_refused_with_the_nearest()
    {
        using var origin = GitFolder.WithApp();
        origin.Git("branch", "feature/checkout");
        var refused = Assert.Throws<OperationRefused>(() => Clone(origin, "feature/chekout"));
        Assert.Equal(RefusalKind.Unknown, refused.Kind);
        Assert.Contains("did you mean feature/checkout?", refused.Message);
        Assert.Contains("there are feature/checkout, main", Assert.Throws<OperationRefused>(() => Clone(origin, new string('0', 40))).Message);
    }

    [Fact]
    public void A_failed_clone_leaves_nothing_and_says_what_git_said()
    {
        using var origin = new TemporaryFolder();
        var refused = Assert.Throws<OperationRefused>(() => Clone("file://" + origin["gone.git"]));
        Assert.Contains("cannot be cloned; git says:", refused.Message);
        Assert.Contains("gone.git", refused.Message);
    }

    [Theory]
    [InlineData("ext+x://sh%20-c%20touch%20owned")]
    [InlineData("ssh://-oProxyCommand=touch%20owned/x")]
    public void An_address_runs_no_program(string address) =>
        Assert.Contains("cannot be cloned", Assert.Throws<OperationRefused>(() => Clone(address)).Message);

    [Fact]
    public void A_password_in_an_address_is_not_shown()
    {
        var said = new List<string>();
        var refused = Assert.Throws<OperationRefused>(() => SourceCheckout.Make("http://tess:geheim@127.0.0.1:1/shop.git", null, false, said.Add, CancellationToken.None));
        Assert.Contains("http://***@127.0.0.1:1/shop.git", refused.Message);
        Assert.DoesNotContain("geheim", refused.Message + string.Concat(said));
    }

    [Fact]
    public void A_clone_that_is_not_wanted_any_more_ends_at_once()
    {
        using var origin = GitFolder.WithApp();
        using var cancel = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => SourceCheckout.Make("file://" + origin.Path, null, false, _ => cancel.Cancel(), cancel.Token));
    }

    [Fact]
    public void A_tree_that_git_would_not_make_is_refused_before_a_file_is_written()
    {
        using var origin = GitFolder.WithApp();
        var blob = origin.Git("rev-parse", "HEAD:Procfile");
        File.WriteAllText(Path.Combine(origin.Elsewhere, "inner"), $"100644 blob {blob}\tpost-checkout\n");
        var hooks = origin.Run("/bin/sh", "-c", "git mktree < ../inner");
        File.WriteAllText(Path.Combine(origin.Elsewhere, "outer"), $"040000 tree {hooks}\t..\n100644 blob {blob}\tProcfile\n");
        var tree = origin.Run("/bin/sh", "-c", "git mktree < ../outer");
        origin.Git("update-ref", "refs/heads/evil", origin.Git("commit-tree", tree, "-m", "evil"));
        Assert.Contains("has a part \"..\"", Assert.Throws<OperationRefused>(() => Clone(origin, "evil")).Message);
    }

    static SourceCheckout Clone(GitFolder origin, string? reference = null) => Clone("file://" + origin.Path, reference);

    static SourceCheckout Clone(string address, string? reference = null) => SourceCheckout.Make(address, reference, false, _ => { }, CancellationToken.None);
}
