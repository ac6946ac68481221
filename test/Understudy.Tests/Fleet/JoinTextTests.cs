using Understudy.Fleet;

namespace Understudy.Tests.Fleet;

public class JoinTextTests
{
    static readonly string Token = JoinTokens.Prefix + System.Buffers.Text.Base64Url.EncodeToString([.. new byte[40], .. Enumerable.Repeat((byte)7, 32)]);

    [Fact]
    public void It_says_where_to_go_and_whom_to_believe()
    {
        var (token, fingerprint, keepers) = JoinText.Parse(JoinText.Of(Token, ["10.0.0.1", "fd00::2"]) + "\n");
        Assert.Equal((Token, "10.0.0.1 fd00::2"), (token, string.Join(' ', keepers)));
        Assert.Equal(Enumerable.Repeat((byte)7, 32), fingerprint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("usj_abc@10.0.0.1")]
    [InlineData("TOKEN")]
    [InlineData("TOKEN@")]
    [InlineData("TOKEN@web-1.example.com")]
    [InlineData("TOKEN@10.0.0.1@10.0.0.2")]
    [InlineData("TOKEN@10.0.0.1,")]
    public void What_is_none_is_refused(string text) =>
        Assert.Contains("copy it whole", Assert.Throws<OperationRefused>(() => JoinText.Parse(text.Replace("TOKEN", Token, StringComparison.Ordinal))).Message, StringComparison.Ordinal);
}
