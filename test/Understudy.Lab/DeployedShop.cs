using System.Text.RegularExpressions;

namespace Understudy.Lab;

/// <summary>A sample shop that is deployed from its own repository while people buy, and that they notice nothing of.</summary>
sealed partial class DeployedShop(Host host, SampleCheckout checkout, string app)
{
    string Home => Path.Combine(host.Root, "lib", "apps", app);

    /// <summary>Deployed, changed, deployed again and rolled back.</summary>
    /// <param name="more">What else is done while people buy.</param>
    public static async Task SellsOnWhileItIsDeployed(SampleCheckout checkout, string app, int clients, Func<DeployedShop, Task>? more = null)
    {
        await using var host = await Host.Serve([], "user: nobody\n", until: _ => true);
        var shop = new DeployedShop(host, checkout, app);
        var (first, firstCommit) = (await shop.Deploy(checkout.Folder), (await checkout.Git("rev-parse", "HEAD")).Trim());
        var oldStylesheet = await shop.Shows("Prompt Corner");
        await using var load = Load.Of(host.Port, clients, "/", "/?q=thunder", "/products/ghost-light", oldStylesheet);
        await using var buyers = new Buyers(host.Port, 2);
        await buyers.More(2);

        var commit = await checkout.Rename("Prompt Corner", "Second Night");
        await checkout.Git("tag", "v2");
        var second = await shop.Deploy(checkout.Folder, "--ref", "v2");
        var newStylesheet = await shop.Shows("Second Night");
        Assert.NotEqual(oldStylesheet, newStylesheet);
        Assert.Equal(commit + "\n", await File.ReadAllTextAsync(Path.Combine(shop.Home, "current", "REVISION")));
        await load.More(50);
        await buyers.More(2);
        if (more is not null)
            await more(shop);

        var (code, said) = await host.Run("rollback", first);
        Assert.True(code == 0, said);
        Assert.Equal(oldStylesheet, await shop.Shows("Prompt Corner"));
        await shop.Finds(newStylesheet);
        Assert.Equal(firstCommit + "\n", await File.ReadAllTextAsync(Path.Combine(shop.Home, "current", "REVISION")));
        await load.More(50);
        await buyers.More(2);

        await load.Stop();
        await buyers.Stop();
        load.NeverFailed();
        Assert.True(buyers.Failures.Count == 0 && buyers.Lost == 0, $"{buyers.Lost} lost, {string.Join('\n', buyers.Failures)}");
        // Those of all three releases: the database outlives them.
        await buyers.OrdersAreWrittenOnce();
        var log = await File.ReadAllLinesAsync(Path.Combine(shop.Home, "revisions.log"));
        Assert.Equal($"Branch main (at {firstCommit}) deployed as release {first} by root@{Environment.MachineName}", log[0]);
        Assert.Equal($"Branch v2 (at {commit}) deployed as release {second} by root@{Environment.MachineName}", log[1]);
        Assert.Equal($"root@{Environment.MachineName} rolled back to release {first}", log[^1]);
    }

    /// <summary>The third name, from the repository's address.</summary>
    public async Task IsDeployedFromItsAddress()
    {
        var commit = await checkout.Rename("Second Night", "Third Night");
        var bare = Path.Combine(checkout.Folder, ".understudy", app + ".git");
        await checkout.Git("clone", "-q", "--bare", ".", bare);
        await Deploy("file://" + bare);
        await Shows("Third Night");
        Assert.Equal(commit + "\n", await File.ReadAllTextAsync(Path.Combine(Home, "current", "REVISION")));
    }

    /// <returns>The release that serves.</returns>
    async Task<string> Deploy(params string[] arguments)
    {
        using var verb = new Started(host.Binary, ["deploy", .. arguments, "--root", host.Root]);
        var code = await verb.Exit(120.Seconds());
        Assert.True(code == 0, $"{verb.Output}\n{await host.Describe()}");
        var workers = await host.Workers();
        Assert.Equal(2, workers.Count);
        Assert.All(workers, worker => Assert.Equal("nobody", Understudy.Linux.Users.OwnerOf($"/proc/{worker.Pid}")?.Name));
        return Assert.Single(workers.Select(worker => worker.Release).Distinct());
    }

    /// <returns>The style sheet that the page names, which is there.</returns>
    async Task<string> Shows(string name)
    {
        using var client = new Client(host.Port);
        var page = await client.Get("/");
        Assert.Equal(200, page.Status);
        Assert.Contains(name + "</a>", page.Body, StringComparison.Ordinal);
        var stylesheet = Stylesheet().Match(page.Body).Groups[1].Value;
        await Finds(stylesheet);
        return stylesheet;
    }

    async Task Finds(string asset)
    {
        using var client = new Client(host.Port);
        var answer = await client.Get(asset);
        Assert.Equal((200, "text/css"), (answer.Status, answer.Header("Content-Type")?.Split(';')[0]));
    }

    [GeneratedRegex("<link rel=\"stylesheet\" href=\"([^\"]+)\"")]
    private static partial Regex Stylesheet();
}
