using System.Text.Json;
using Understudy.Api;
using Understudy.Tests.Api;

namespace Understudy.Tests.Cli;

public class MemoryVerbTests
{
    [Fact]
    public async Task It_prints_what_the_agent_answers_and_only_an_app_where_one_is_named()
    {
        await using var host = await ApiHost.Start();
        var whole = await Ran.Verb("memory", "--root", host.Folder);
        Assert.Equal((0, ""), (whole.Code, whole.Error));
        Assert.Contains("OTHERS", whole.Out, StringComparison.Ordinal);
        Assert.True(Read(await Ran.Verb("memory", "--exact", "--json", "--root", host.Folder)).Exact);
        var app = Read(await Ran.Verb("memory", "--json", "--app", "shop", "--root", host.Folder));
        Assert.Equal((1, 0), (app.Pools.Count, app.Others.Count + app.Beside.Count));
        var unknown = await Ran.Verb("memory", "--app", "shoes", "--root", host.Folder);
        Assert.Equal((2, "No app is named \"shoes\"; here runs shop."), (unknown.Code, unknown.Error.Trim()));
    }

    [Fact]
    public async Task Without_an_agent_it_says_less_and_what_is_missing()
    {
        using var folder = new TemporaryFolder();
        var ran = await Ran.Verb("memory", "--root", folder.Path);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        Assert.Contains("the agent does not run: this is what the kernel and the written state say", ran.Out, StringComparison.Ordinal);
        Assert.Contains("unknown   which workers the pools count", ran.Out, StringComparison.Ordinal);
        Assert.Contains("OTHERS", ran.Out, StringComparison.Ordinal);
        Assert.Equal("does not run", Read(await Ran.Verb("memory", "--json", "--root", folder.Path)).Agent);
    }

    [Fact]
    public async Task Another_machines_agent_that_does_not_answer_is_not_taken_for_this_one()
    {
        var ran = await Ran.Verb("memory", "--agent", "http://127.0.0.1:1", "--token-file", "/dev/null");
        Assert.NotEqual(0, ran.Code);
        Assert.Equal("", ran.Out);
    }

    static MemoryDocument Read(Ran ran) => JsonSerializer.Deserialize(ran.Out, JsonDocuments.Readable.MemoryDocument)!;
}
