using System.Text.Json;
using Understudy.Api;
using Understudy.Linux;

namespace Understudy.Lab.Harness;

/// <summary>All of a site that a bad deploy must leave as it was.</summary>
sealed class TinyState
{
    static readonly string[] Kept = ["releases", "artifacts", "configurations", "source/arriving", "shared"];

    readonly TinyApp _app;
    readonly string _page;
    readonly IReadOnlyList<string> _files;
    readonly IReadOnlyList<string> _workers;
    readonly IReadOnlyList<string> _groups;

    TinyState(TinyApp app, string page, IReadOnlyList<string> files, IReadOnlyList<string> workers, IReadOnlyList<string> groups) =>
        (_app, _page, _files, _workers, _groups) = (app, page, files, workers, groups);

    public static async Task<TinyState> Of(TinyApp app) => new(
        app,
        await app.Shown(),
        [.. Kept.Select(folder => Path.Combine(app.Home, folder)).Where(Directory.Exists).SelectMany(Directory.EnumerateFileSystemEntries).Order()],
        [.. (await app.Host.Status())!.Apps.SelectMany(one => one.Pools).SelectMany(pool => pool.Workers).Select(worker => $"{worker.Worker} {worker.Pid} {worker.Release} {worker.State}")],
        [.. Ownership.For(new Paths(app.Host.Root)).Found().Order()]);

    public async Task IsAsBefore(Deployed deployed, int code, string says)
    {
        var context = $"{deployed.Output}\n{await _app.Host.Describe()}";
        Assert.True(code == deployed.Code, context);
        Assert.Contains(says, Said(deployed), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", deployed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", deployed.Output, StringComparison.Ordinal);
        await IsAsBefore();
    }

    /// <summary>What the verb refused, or how the deploy ended.</summary>
    static string Said(Deployed deployed) => deployed.Output.Split('\n').LastOrDefault(line => line.StartsWith("{\"error\"", StringComparison.Ordinal)) is { } refused
        ? JsonSerializer.Deserialize(refused, JsonDocuments.Default.ErrorDocument)!.Error
        : deployed.Text;

    /// <summary>The same page, workers, files and groups of processes.</summary>
    public async Task IsAsBefore()
    {
        var now = await Of(_app);
        Assert.Equal(_page, now._page);
        Assert.Equal(_workers, now._workers);
        Assert.Equal(_files, now._files);
        Assert.Equal(_groups, now._groups);
    }
}
