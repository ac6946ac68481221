namespace Understudy.Lab.Harness;

/// <summary>A sample shop in a folder of its own, with a database of its own.</summary>
sealed class SampleShop : IDisposable
{
    readonly LabFolder _folder = new();

    public string Folder => _folder.Path;

    /// <param name="env">More lines of `env:`, each indented by two.</param>
    public static SampleShop AspNet(string env = "", string web = "workers: {min: 2, max: 6}")
    {
        var shop = new SampleShop();
        shop.Describe("shop", $"exec dotnet {Path.Combine(Repository.Sample("shop"), "bin", "shop", "shop.dll")}", 20, $"SHOP_DB: {shop._folder["shop.db"]}", env, web);
        return shop;
    }

    /// <summary>A copy of samples/rails-shop with its tables made.</summary>
    /// <param name="env">More lines of `env:`, each indented by two.</param>
    public static async Task<SampleShop> Rails(string env = "", string web = "workers: {min: 2, max: 6}")
    {
        var shop = new SampleShop();
        try
        {
            var database = new Dictionary<string, string> { ["RAILS_SHOP_DB"] = shop._folder["shop.sqlite3"] };
            await Succeeds("cp", ["-r", Repository.Sample("rails-shop") + "/.", shop.Folder]);
            await Succeeds("ruby", ["bin/rails", "db:migrate"], shop.Folder, database);
        }
        catch
        {
            shop.Dispose();
            throw;
        }
        shop.Describe("rails-shop", "exec ruby -S puma -C config/puma.rb", 5, $"RAILS_SHOP_DB: {shop._folder["shop.sqlite3"]}", env, web);
        return shop;
    }

    public void Write(string yaml) => File.WriteAllText(_folder["understudy.yaml"], yaml);

    void Describe(string app, string command, int concurrency, string database, string env, string web) => Write($$"""
        app: {{app}}
        processes:
          web:
            command: {{command}}
            {{web}}
            concurrency: {{concurrency}}
            ready: {path: /up, within: 120s}
            stop: {within: 20s}
        env:
          {{database}}
          {{env}}
        """);

    public void Dispose() => _folder.Dispose();

    static Task Succeeds(string program, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? env = null) =>
        Started.Well(60.Seconds(), program, arguments, folder, env);
}
