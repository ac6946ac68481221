using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Decisions.Proxying;

public class RequestShapeTests
{
    [Theory]
    [InlineData(false, 0, null, false, true)]
    [InlineData(true, 0, null, false, true)]
    [InlineData(false, 1, "chunked", false, true)]
    [InlineData(false, 1, "Chunked", false, true)]
    [InlineData(false, 1, "chunked", true, false)]
    [InlineData(true, 1, "chunked", false, false)]
    [InlineData(false, 2, "chunked", false, false)]
    [InlineData(false, 1, "gzip, chunked", false, false)]
    [InlineData(false, 1, "chunked,", false, false)]
    [InlineData(false, 1, "identity", false, false)]
    [InlineData(false, 1, "", false, false)]
    public void Framing_that_two_servers_could_read_in_two_ways_is_refused(bool http10, int lines, string? coding, bool lengthToo, bool taken) =>
        Assert.Equal(taken, RequestShape.Refuse(http10, lines, coding, lengthToo) is null);

    [Theory]
    [InlineData("/a", "/a")]
    [InlineData("//a", "//a")]
    [InlineData("", "/")]
    [InlineData("*", "*")]
    [InlineData("http://x", "/")]
    [InlineData("http://x/a%2fb", "/a%2fb")]
    [InlineData("http://x?q", "/?q")]
    [InlineData("http://x//a/../b", "//a/../b")]
    [InlineData("/http://x/a", "/http://x/a")]
    public void Targets_in_origin_form(string target, string expected) => Assert.Equal(expected, RequestShape.OriginForm(target));
}
