using System.Text;
using Understudy.Decisions.Releases;

namespace Understudy.Tests.Decisions.Releases;

public class SourceManifestTests
{
    static readonly SourceFile Procfile = new("Procfile", false, 12, new string('1', 64));
    static readonly SourceFile Script = new("bin/start", true, 20, new string('2', 64));
    static readonly SourceLink Link = new("current", "bin/start");

    [Fact]
    public void Equal_trees_have_equal_hashes_in_whatever_order_they_were_found()
    {
        var one = new SourceManifest([Procfile, Script], [Link]);
        Assert.Equal(one.Hash, new SourceManifest([Script, Procfile], [Link]).Hash);
        Assert.Matches("^[0-9a-f]{64}$", one.Hash);
        Assert.Equal(["Procfile", "bin/start"], new SourceManifest([Script, Procfile], []).Files.Select(file => file.Path));
    }

    [Fact]
    public void Every_difference_changes_the_hash()
    {
        SourceManifest[] all =
        [
            new([Procfile, Script], [Link]),
            new([Procfile], [Link]),
            new([Procfile, Script], []),
            new([Procfile, Script with { Executable = false }], [Link]),
            new([Procfile, Script with { Path = "bin/begin" }], [Link]),
            new([Procfile, Script with { Size = 21 }], [Link]),
            new([Procfile, Script with { Sha256 = new string('3', 64) }], [Link]),
            new([Procfile, Script], [Link with { Target = "Procfile" }]),
            new([Procfile, Script], [Link with { Path = "newest" }]),
        ];
        Assert.Equal(all.Length, all.Select(manifest => manifest.Hash).Distinct().Count());
    }

    [Fact]
    public void A_name_cannot_pass_for_an_entry() =>
        Assert.NotEqual(
            new SourceManifest([Procfile, Script], []).Hash,
            new SourceManifest([Procfile with { Path = $"Procfile\n755 20 {Script.Sha256} 9 bin/start" }], []).Hash);

    [Fact]
    public void It_comes_back_from_json()
    {
        var one = new SourceManifest([Procfile with { Path = "ünï \"quoted\" 🎭" }, Script], [Link]);
        var (back, wrong) = SourceManifest.Parse(one.ToJson());
        Assert.Null(wrong);
        Assert.Equal(one.Files, back!.Files);
        Assert.Equal(one.Links, back.Links);
        Assert.Equal(one.Hash, back.Hash);
        Assert.Equal(32, back.Bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"files\":[]}")]
    [InlineData("{\"files\":[],\"links\":null}")]
    [InlineData("{\"files\":[null],\"links\":[]}")]
    [InlineData("{\"files\":[],\"links\":[null]}")]
    [InlineData("{\"files\":[],\"links\":[],\"more\":1}")]
    [InlineData("{\"files\":[],\"files\":[],\"links\":[]}")]
    [InlineData("{\"files\":[{\"path\":\"a\",\"executable\":false,\"size\":1}],\"links\":[]}")]
    [InlineData("{\"files\":[{\"path\":null,\"executable\":false,\"size\":1,\"sha256\":\"\"}],\"links\":[]}")]
    [InlineData("{\"files\":[{\"path\":\"a\",\"executable\":false,\"size\":99999999999999999999,\"sha256\":\"\"}],\"links\":[]}")]
    [InlineData("{\"files\":[],\"links\":[{\"path\":\"\\ud800\",\"target\":\"b\"}]}")]
    [InlineData("{\"files\":[],\"links\":[]} x")]
    [InlineData("{\"files\":[],\"links\":[]")]
    public void Anything_else_is_a_clear_error(string json)
    {
        var (manifest, wrong) = SourceManifest.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Null(manifest);
        Assert.StartsWith("the list of files ", wrong);
        Assert.DoesNotContain("\n", wrong);
    }
}
