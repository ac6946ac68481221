using Understudy.Api;

namespace Understudy.Tests.Api;

public class AgentAddressTests
{
    const string Fingerprint = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    [Theory]
    [InlineData("https://web-1:7443", true, "web-1", 7443, null)]
    [InlineData("https://web-1:7443/", true, "web-1", 7443, null)]
    [InlineData("https://web-1", true, "web-1", 443, null)]
    [InlineData("https://10.0.0.7:7443#sha256:" + Fingerprint, true, "10.0.0.7", 7443, Fingerprint)]
    [InlineData("https://[fd00::1]:7443", true, "fd00::1", 7443, null)]
    [InlineData("http://127.0.0.1:7443", false, "127.0.0.1", 7443, null)]
    [InlineData("http://[::1]:7443", false, "::1", 7443, null)]
    [InlineData("http://localhost:7443", false, "localhost", 7443, null)]
    public void An_address_is_read(string text, bool tls, string host, int port, string? fingerprint)
    {
        Assert.Equal(new AgentAddress(tls, host, port, fingerprint), AgentAddress.Parse(text, out var wrong));
        Assert.Null(wrong);
    }

    [Fact]
    public void A_fingerprint_may_be_written_as_openssl_does() =>
        Assert.Equal(Fingerprint, AgentAddress.Parse("https://web-1:7443#SHA256:" + string.Join(':', Fingerprint.ToUpperInvariant().Chunk(2).Select(pair => new string(pair))), out _)!.Fingerprint);

    [Theory]
    [InlineData("web-1:7443", "is not an address")]
    [InlineData("web-1", "is not an address")]
    [InlineData("", "is not an address")]
    [InlineData("ftp://web-1", "is not an address")]
    [InlineData("https://", "is not an address")]
    [InlineData("https://us_token@web-1:7443", "holds a user or a password")]
    [InlineData("https://web-1:7443/v1", "names a page")]
    [InlineData("https://web-1:7443?token=x", "names a page")]
    [InlineData("https://web-1:7443#" + Fingerprint, "that is not sha256:")]
    [InlineData("https://web-1:7443#sha256:0011", "cut or altered")]
    [InlineData("https://web-1:7443#sha256:zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "cut or altered")]
    [InlineData("http://web-1:7443", "in the clear")]
    [InlineData("http://10.0.0.7:7443", "in the clear")]
    [InlineData("http://localhost.example.com:7443", "in the clear")]
    [InlineData("http://127.0.0.1:7443#sha256:" + Fingerprint, "http:// has none")]
    public void What_is_no_address_is_refused(string text, string expected)
    {
        Assert.Null(AgentAddress.Parse(text, out var wrong));
        Assert.Contains(expected, wrong);
    }

    [Fact]
    public void A_message_names_it_without_its_fingerprint() =>
        Assert.Equal("https://[fd00::1]:7443", AgentAddress.Parse("https://[fd00::1]:7443#sha256:" + Fingerprint, out _)!.ToString());
}
