using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Decisions.Proxying;

public class AssetNameTests
{
    [Theory]
    [InlineData("app-5f3c2b1a.css", true)]
    [InlineData("app-00112233aabbccdd.css", true)]
    [InlineData("main.5F3C2B1A.chunk.js", true)]
    [InlineData("application-5f3c2b1a9d.js.map", true)]
    [InlineData("5f3c2b1a.css", false)]
    [InlineData("app.css", false)]
    [InlineData("app-5f3c2b1.css", false)]
    [InlineData("app-5f3c2b1ag.css", false)]
    [InlineData("app5f3c2b1a.css", false)]
    [InlineData("app-5f3c2b1a", false)]
    [InlineData("app-5f3c2b1a-small.css", false)]
    [InlineData("prices-20250101.csv", false)]
    [InlineData("a-fabaceae.png", false)]
    [InlineData("", false)]
    public void A_fingerprint_in_the_name(string name, bool has) => Assert.Equal(has, AssetName.HasFingerprint(name));
}
