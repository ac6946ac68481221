using System.Text;
using Understudy.Cli;

namespace Understudy.Tests.Cli;

public sealed class EnvValuesTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("A=1", "", "A:1")]
    [InlineData("A=1 B=x=y C=", "", "A:1 B:x=y C:")]
    [InlineData("A", "", "A:typed-for-A")]
    [InlineData("A=1 B", "", "A:1 B:typed-for-B")]
    [InlineData("A -", "one\ntwo\n", "A:one\ntwo")]
    [InlineData("A -", "one\r\n", "A:one")]
    [InlineData("A -", "", "A:")]
    [InlineData("A=1 B -", "two", "A:1 B:two")]
    [InlineData("-", "A=1\n# no\nexport B='two words'\n", "A:1 B:two words")]
    [InlineData("A=1 -", "B=2\nPORT=80\n", "A:1 B:2")]
    public void Values_come_from_arguments_the_terminal_or_standard_input(string words, string input, string expected) =>
        Assert.Equal(expected, string.Join(' ', Read(words, input).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{pair.Value}")));

    [Fact]
    public void Values_come_from_a_file_and_more_may_follow()
    {
        File.WriteAllText(_folder["production.env"], "\ufeffA=\"one\\ntwo\"\n");
        var values = new EnvValues(Stream.Null, _ => null).Read(["B=2"], _folder["production.env"]);
        Assert.Equal(["A", "B"], values.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("one\ntwo", values["A"]);
    }

    [Theory]
    [InlineData("", "", "no variable is given")]
    [InlineData("-", "", "no variable is given")]
    [InlineData("1A=s3cret", "", "is not a name")]
    [InlineData("1A", "", "is not a name")]
    [InlineData("=s3cret", "", "is not a name")]
    [InlineData("PORT=s3cret", "", "is set for each worker")]
    [InlineData("A=s3cret A=s3cret", "", "A is given twice")]
    [InlineData("A=s3cret -", "A=s3cret\n", "A is given twice")]
    [InlineData("A B -", "", "one variable")]
    [InlineData("- A", "", "comes last")]
    [InlineData("-", "A=1\ns3cret\n", "standard input: line 2")]
    [InlineData("-", "A='s3cret\n", "standard input: line 1")]
    public void What_cannot_be_meant_is_refused_without_showing_a_value(string words, string input, string sentence)
    {
        var failed = Assert.Throws<CommandFailed>(() => Read(words, input));
        Assert.Equal(ExitCode.Usage, failed.ExitCode);
        Assert.Contains(sentence, failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_text_is_refused() =>
        Assert.Contains("standard input is not UTF-8", Assert.Throws<CommandFailed>(() => new EnvValues(new MemoryStream([0xff]), _ => null).Read(["A", "-"], null)).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_a_terminal_the_other_ways_are_named() =>
        Assert.Contains("env set TOKEN - < FILE", Assert.Throws<CommandFailed>(() => new EnvValues(Stream.Null, _ => null).Read(["TOKEN"], null)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_not_there_or_far_too_large_is_refused()
    {
        Assert.Contains("none.env cannot be read", Assert.Throws<CommandFailed>(() => new EnvValues(Stream.Null, _ => null).Read([], _folder["none.env"])).Message, StringComparison.Ordinal);
        File.WriteAllText(_folder["much.env"], "A=" + new string('x', 600_000));
        Assert.Contains("600,000 bytes", Assert.Throws<CommandFailed>(() => new EnvValues(Stream.Null, _ => null).Read([], _folder["much.env"])).Message, StringComparison.Ordinal);
        File.WriteAllBytes(_folder["large.env"], new byte[5_000_000]);
        Assert.Contains("far more than", Assert.Throws<CommandFailed>(() => new EnvValues(Stream.Null, _ => null).Read([], _folder["large.env"])).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    static IReadOnlyDictionary<string, string> Read(string words, string input) =>
        new EnvValues(new MemoryStream(Encoding.UTF8.GetBytes(input)), prompt => $"typed-for-{prompt.TrimEnd(':', ' ')}").Read(words.Split(' ', StringSplitOptions.RemoveEmptyEntries), null);
}
