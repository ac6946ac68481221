using System.Text;
using Understudy.Decisions.Releases;

namespace Understudy.Tests.Decisions.Releases;

public class SourceRulesTests
{
    static readonly string Hash = new('a', 64);

    [Fact]
    public void A_usual_tree_is_fine() =>
        Assert.Empty(SourceRules.Check(Tree(["Procfile", "app/models/user.rb", "app/views/ünï côde.erb", "..hidden", "a...b"], new SourceLink("app/link", "../Procfile"), new SourceLink("up", "app/models/.."))));

    [Theory]
    [InlineData("", "empty name")]
    [InlineData("/etc/passwd", "absolute")]
    [InlineData("a//b", "empty part")]
    [InlineData("a/", "empty part")]
    [InlineData("../x", "a part \"..\"")]
    [InlineData("a/../../x", "a part \"..\"")]
    [InlineData("./x", "a part \".\"")]
    [InlineData(".git/hooks/post-checkout", ".git folder")]
    [InlineData("vendor/.git", ".git folder")]
    [InlineData("two\nlines", "\"two\\nlines\" contains a newline")]
    [InlineData("bell\a", "\\x07\" contains a control character")]
    [InlineData("csi\u009b2J", "\\u009b2J\" contains a control character")]
    public void A_path_that_must_not_be_is_named_with_what_to_do(string path, string expected)
    {
        var sentence = Assert.Single(SourceRules.Check(Tree(["Procfile", path])));
        Assert.Contains(expected, sentence);
        Assert.Contains(": ", sentence);
        Assert.DoesNotContain("\n", sentence);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_shown_as_such()
    {
        var name = SourceNames.FromBytes([(byte)'f', 0xFF, (byte)'o', 0xC3, 0xA4]);
        Assert.Equal("f\udcffoä", name);
        Assert.Contains("\"f\\xffoä\" is not UTF-8", Assert.Single(SourceRules.Check(Tree(["Procfile", name]))));
        Assert.Contains("\\xff\", which is not UTF-8", Assert.Single(SourceRules.Check(Tree(["Procfile"], new SourceLink("l", "a\udcff")))));
        Assert.Equal("🎭 ok", SourceNames.FromBytes(Encoding.UTF8.GetBytes("🎭 ok")));
        Assert.Null(SourceNames.Wrong("🎭 ok"));
    }

    [Fact]
    public void Names_and_paths_have_the_kernels_lengths_in_bytes()
    {
        Assert.Null(SourceNames.Wrong(new string('n', 255)));
        Assert.Contains("longer than 255 bytes", SourceNames.Wrong(new string('n', 256)));
        Assert.Contains("longer than 255 bytes", SourceNames.Wrong(new string('ä', 128)));
        var deep = string.Join('/', Enumerable.Repeat(new string('d', 199), 20));
        Assert.Equal(3_999, deep.Length);
        Assert.Null(SourceNames.Wrong(deep));
        Assert.Contains("longer than 4000 bytes", SourceNames.Wrong(deep + "/x"));
    }

    [Fact]
    public void A_path_is_there_once_and_beneath_folders_only()
    {
        Assert.Contains("more than once", Assert.Single(SourceRules.Check(Tree(["Procfile", "a", "a"]))));
        Assert.Contains("more than once", Assert.Single(SourceRules.Check(Tree(["Procfile", "a"], new SourceLink("a", "Procfile")))));
        Assert.Contains("\"a/b\" lies beneath \"a\"", Assert.Single(SourceRules.Check(Tree(["Procfile", "a", "a/b"]))));
        Assert.Contains("\"l/x/y\" lies beneath \"l\"", Assert.Single(SourceRules.Check(Tree(["Procfile", "l/x/y"], new SourceLink("l", "elsewhere")))));
        Assert.Empty(SourceRules.Check(Tree(["Procfile", "a", "ab/c"])));
    }

    [Theory]
    [InlineData("l", "/etc/passwd", "absolute")]
    [InlineData("l", "..", "leaves the checkout")]
    [InlineData("a/l", "../..", "leaves the checkout")]
    [InlineData("a/l", "x/../../../y", "leaves the checkout")]
    [InlineData("l", "a/../../../etc", "leaves the checkout")]
    [InlineData("l", "", "points nowhere")]
    [InlineData("l", "a\nb", "\"a\\nb\", which contains a newline")]
    public void A_link_stays_in_the_tree(string path, string target, string expected) =>
        Assert.Contains(expected, Assert.Single(SourceRules.Check(Tree(["Procfile"], new SourceLink(path, target)))));

    [Theory]
    [InlineData("l", "gone")]
    [InlineData("a/b/l", "../..")]
    [InlineData("a/l", "../a/./l2//x")]
    [InlineData("l", "l")]
    public void A_link_that_stays_may_lead_nowhere(string path, string target) =>
        Assert.Empty(SourceRules.Check(Tree(["Procfile"], new SourceLink(path, target))));

    [Fact]
    public void Links_that_leave_only_together_are_found()
    {
        var wrong = SourceRules.Check(Tree(["Procfile"], new SourceLink("d/e/up", "../.."), new SourceLink("out", "d/e/up/../etc")));
        Assert.Contains("\"out\" points to \"d/e/up/../etc\", which leaves", Assert.Single(wrong));
        Assert.Empty(SourceRules.Check(Tree(["Procfile"], new SourceLink("d/e/up", "../.."), new SourceLink("in", "d/e/up/etc"))));
    }

    [Fact]
    public void Rings_of_links_and_deep_chains_end() =>
        Assert.Empty(SourceRules.Check(Tree(["Procfile"], [new SourceLink("a", "b/x"), new SourceLink("b", "a/x"), .. Enumerable.Range(0, 100).Select(i => new SourceLink($"c{i}", $"c{i + 1}/c{i + 1}"))])));

    [Fact]
    public void There_are_limits()
    {
        Assert.Contains("100,001 files", Assert.Single(SourceRules.Check(Tree(["Procfile", .. Enumerable.Range(0, 100_000).Select(i => $"f{i}")]))));
        SourceFile Big(string path, long size) => new(path, false, size, Hash);
        Assert.Contains("8.0 GB", Assert.Single(SourceRules.Check(new SourceManifest([Big("Procfile", 4_000_000_000), Big("b", 4_000_000_000)], []))));
        Assert.Contains("can be deployed", Assert.Single(SourceRules.Check(new SourceManifest([Big("Procfile", long.MaxValue), Big("b", long.MaxValue)], []))));
        Assert.Contains("negative size", Assert.Single(SourceRules.Check(new SourceManifest([Big("Procfile", -1)], []))));
    }

    [Fact]
    public void An_app_must_describe_itself()
    {
        Assert.Contains("`understudy init`", Assert.Single(SourceRules.Check(Tree(["app/Procfile", "package.json"]))));
        Assert.Empty(SourceRules.Check(Tree(["understudy.yaml"])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../../../etc/passwd")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_hash_is_one(string hash) =>
        Assert.Contains("no sha256", Assert.Single(SourceRules.Check(new SourceManifest([new SourceFile("Procfile", false, 1, hash)], []))));

    [Fact]
    public void One_hash_has_one_size() =>
        Assert.Contains("not its size", Assert.Single(SourceRules.Check(new SourceManifest([new SourceFile("Procfile", false, 1, Hash), new SourceFile("b", false, 2, Hash)], []))));

    [Fact]
    public void A_thousand_mistakes_are_not_read_by_anybody()
    {
        var wrong = SourceRules.Check(Tree([.. Enumerable.Range(0, 1_000).Select(i => $"../{i}")]));
        Assert.Equal(51, wrong.Count);
        Assert.StartsWith("951 more", wrong[^1]);
    }

    [Fact]
    public void An_endless_path_costs_no_more_than_its_length() =>
        Assert.NotEmpty(SourceRules.Check(Tree(["Procfile", string.Concat(Enumerable.Repeat("a/", 5_000_000))], new SourceLink(string.Concat(Enumerable.Repeat("b/", 5_000_000)), "x"))));

    static SourceManifest Tree(string[] files, params SourceLink[] links) => new(files.Select(path => new SourceFile(path, false, 3, Hash)), links);
}
