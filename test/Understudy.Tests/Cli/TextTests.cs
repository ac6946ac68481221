using Understudy.Cli;

namespace Understudy.Tests.Cli;

public class TextTests
{
    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(8, "8s")]
    [InlineData(192, "3m 12s")]
    [InlineData(14_700, "4h 5m")]
    [InlineData(1_047_600, "12d 3h")]
    public void Ages_have_two_units_at_most(int seconds, string text) => Assert.Equal(text, Figures.Age(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "-")]
    [InlineData(10, "1 kB")]
    [InlineData(112_400_000, "112 MB")]
    [InlineData(12_340_000_000, "12.3 GB")]
    public void Memory_is_decimal(long bytes, string text) => Assert.Equal(text, Figures.Memory(bytes));

    [Theory]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "ab…")]
    [InlineData("日本語", 6, "日本語")]
    [InlineData("日本語", 5, "日本…")]
    [InlineData("e\u0301te\u0301", 3, "e\u0301te\u0301")]
    [InlineData("", 0, "")]
    public void Cutting_counts_cells(string text, int cells, string cut) => Assert.Equal(cut, CellWidth.Cut(text, cells));

    [Theory]
    [InlineData("plain é 日本", "plain é 日本")]
    [InlineData("a\tb", "a b")]
    [InlineData("\e[1;31mred\e[0m", "red")]
    [InlineData("\e[2J", "^[[2J")]
    [InlineData("\e[31", "^[[31")]
    [InlineData("x\r\b\u007f", "x^M^H\\u007f")]
    public void Control_characters_become_visible(string text, string safe) => Assert.Equal(safe, SafeText.Of(text));

    [Theory]
    [InlineData("web=4", 4, 4)]
    [InlineData("web=2-6", 2, 6)]
    [InlineData("web=0", 0, 0)]
    [InlineData("web=auto", null, null)]
    public void A_scale_is_understood(string text, int? min, int? max) => Assert.Equal(new ScaleTarget("web", min, max), ScaleTarget.Parse(text, out _));

    [Theory]
    [InlineData("web", "is not POOL=WORKERS")]
    [InlineData("=4", "is not POOL=WORKERS")]
    [InlineData("web=", "is not POOL=WORKERS")]
    [InlineData("web=-1", "is not POOL=WORKERS")]
    [InlineData("web=1-2-3", "is not POOL=WORKERS")]
    [InlineData("web=six", "is not POOL=WORKERS")]
    [InlineData("web=99999999999", "is not POOL=WORKERS")]
    [InlineData("web=6-2", "lower bound 6 is above the upper bound 2")]
    [InlineData("web=1001", "at most 1000")]
    public void A_wrong_scale_says_what_is_wrong(string text, string sentence)
    {
        Assert.Null(ScaleTarget.Parse(text, out var error));
        Assert.Contains(sentence, error);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080", "http://localhost:8080")]
    [InlineData("http://0.0.0.0:80", "http://localhost")]
    [InlineData("https://[::]:443", "https://localhost")]
    [InlineData("http://10.0.0.7:8080/", "http://10.0.0.7:8080")]
    public void An_address_is_shown_as_one_opens_it(string listen, string shown) => Assert.Equal(shown, UpOutput.Shown(listen));
}
