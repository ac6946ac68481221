namespace Understudy.Lab.Harness;

/// <summary>A sample as its own team would have it: a git repository of its own, with nothing of this one.</summary>
sealed class SampleCheckout : IDisposable
{
    readonly LabFolder _folder = new();
    readonly string _layout;
    readonly string _stylesheet;

    SampleCheckout(string layout, string stylesheet) => (_layout, _stylesheet) = (layout, stylesheet);

    public string Folder => _folder.Path;

    public static Task<SampleCheckout> AspNet() => Of("shop", "Pages/Layout.cs", "assets/shop.css");

    public static Task<SampleCheckout> Rails() => Of("rails-shop", "app/views/layouts/application.html.erb", "app/assets/shop.css");

    /// <summary>Changes the name above each page, and the style sheet, and commits that.</summary>
    /// <returns>The commit.</returns>
    public async Task<string> Rename(string from, string to)
    {
        var layout = await File.ReadAllTextAsync(_folder[_layout]);
        Assert.Contains(from + "</a>", layout, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder[_layout], layout.Replace(from + "</a>", to + "</a>", StringComparison.Ordinal));
        await File.AppendAllTextAsync(_folder[_stylesheet], $"/* {to} */\n");
        return await Commit(to);
    }

    public Task<string> Git(params string[] arguments) => Started.Well(30.Seconds(), "git", ["-c", "user.name=lab", "-c", "user.email=lab@example.com", .. arguments], Folder);

    public void Dispose() => _folder.Dispose();

    static async Task<SampleCheckout> Of(string name, string layout, string stylesheet)
    {
        var checkout = new SampleCheckout(layout, stylesheet);
        try
        {
            await Started.Well(60.Seconds(), "cp", ["-r", Repository.Sample(name) + "/.", checkout.Folder]);
            // The default is 10 s: too long for a test that deploys some times.
            await File.AppendAllTextAsync(checkout._folder["understudy.yaml"], "deploy: {watch: 2s}\n");
            await checkout.Git("init", "-q", "-b", "main");
            await checkout.Commit("as the sample has it");
            return checkout;
        }
        catch
        {
            checkout.Dispose();
            throw;
        }
    }

    async Task<string> Commit(string message)
    {
        await Git("add", "-A");
        await Git("commit", "-qm", message);
        return (await Git("rev-parse", "HEAD")).Trim();
    }
}
