using Understudy.Cli;

namespace Understudy.Tests.Cli;

public sealed class RemoteChoiceTests : IDisposable
{
    const string Address = "https://web-1:7443";
    static readonly string Token = "us_" + new string('A', 43);
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Nothing_named_means_the_local_one() => Assert.Null(Choice().Find());

    [Fact]
    public void The_variables_are_enough()
    {
        var agent = Choice(env: [("UNDERSTUDY_AGENT", Address), ("UNDERSTUDY_TOKEN", Token + "\n")]).Find()!;
        Assert.Equal("web-1", agent.Address.Host);
        Assert.Equal($"Host: web-1:7443\r\nAuthorization: Bearer {Token}\r\n", agent.Headers);
    }

    [Fact]
    public void Options_win_over_variables()
    {
        File.WriteAllText(folder["token"], Token + "\n");
        var agent = Choice("https://web-2:7443", folder["token"], env: [("UNDERSTUDY_AGENT", Address), ("UNDERSTUDY_TOKEN", "us_" + new string('B', 43)), ("UNDERSTUDY_ROOT", "/srv")]).Find()!;
        Assert.Equal("web-2", agent.Address.Host);
        Assert.Contains(Token, agent.Headers);
    }

    [Fact]
    public void A_root_given_as_an_option_wins_over_the_variable() =>
        Assert.Null(Choice(root: "/srv", env: [("UNDERSTUDY_AGENT", Address)]).Find());

    [Fact]
    public void What_names_two_agents_is_refused()
    {
        Assert.Contains("leave one of them out", Refused(Choice(Address, root: "/srv")));
        Assert.Contains("unset one of them", Refused(Choice(env: [("UNDERSTUDY_AGENT", Address), ("UNDERSTUDY_ROOT", "/srv")])));
    }

    [Theory]
    [InlineData(null, "wants a token")]
    [InlineData("", "wants a token")]
    [InlineData("hunter2-is-the-password", "is no token")]
    [InlineData("us_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\nX", "is no token")]
    public void A_token_that_is_none_is_refused_and_not_shown(string? token, string expected)
    {
        var message = Refused(Choice(Address, env: token is null ? [] : [("UNDERSTUDY_TOKEN", token)]));
        Assert.Contains(expected, message);
        Assert.Contains("understudy token create", message);
        Assert.True(string.IsNullOrEmpty(token) || !message.Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public void A_tokens_file_that_is_not_there_is_named() => Assert.Contains(folder["none"], Refused(Choice(Address, folder["none"])));

    [Fact]
    public void Plain_http_is_refused_but_to_this_machine() =>
        Assert.Contains("in the clear", Refused(Choice("http://web-1:7443", env: [("UNDERSTUDY_TOKEN", Token)])));

    [Theory]
    [InlineData("run", "--", "true")]
    [InlineData("logs")]
    [InlineData("token", "create", "ci")]
    [InlineData("token", "list")]
    [InlineData("token", "revoke", "ci")]
    public async Task What_needs_the_host_itself_says_so(params string[] args)
    {
        var at = Array.IndexOf(args, "--") is var dashes and >= 0 ? dashes : args.Length;
        var ran = await Ran.Verb([.. args[..at], "--agent", Address, .. args[at..]]);
        Assert.Equal((2, ""), (ran.Code, ran.Out));
        Assert.Contains("on the agent's own host alone, and --agent names another (https://web-1:7443): run it there, with ssh", ran.Error);
    }

    RemoteChoice Choice(string? agent = null, string? file = null, string? root = null, params (string Name, string Value)[] env) =>
        new(agent, file, root, name => env.FirstOrDefault(one => one.Name == name).Value);

    static string Refused(RemoteChoice choice)
    {
        var failed = Assert.Throws<CommandFailed>(choice.Find);
        Assert.Equal(ExitCode.Usage, failed.ExitCode);
        return failed.Message;
    }
}
