namespace Understudy.Lab.Harness;

/// <summary>A folder of a few files that is deployed again and again, served by python's own web server, on a host of its own.</summary>
sealed class TinyApp : IAsyncDisposable
{
    readonly LabFolder _checkout = new();

    TinyApp(Host host) => Host = host;

    public Host Host { get; }

    public string Folder => _checkout.Path;

    /// <summary>Where the agent keeps it.</summary>
    public string Home => Path.Combine(Host.Root, "lib", "apps", "tiny");

    public string this[string path] => _checkout[path];

    /// <summary>A host that runs no app yet, and the app, not deployed yet.</summary>
    public static async Task<TinyApp> New()
    {
        var app = new TinyApp(await Host.Serve([], "user: nobody\n", until: _ => true));
        return app.Page("one").Yaml();
    }

    /// <summary>The same, deployed.</summary>
    public static async Task<TinyApp> Serving()
    {
        var app = await New();
        try
        {
            await app.Served();
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>From here on all that the agent keeps, its own state included, lies on a disk of its own.</summary>
    /// <param name="size">As tmpfs takes it, such as 20m.</param>
    public async Task<SmallDisk> OnASmallDisk(string size)
    {
        var lib = new Paths(Host.Root).Lib;
        SmallDisk? disk = null;
        await Host.WithoutAgent(async () =>
        {
            Directory.Move(lib, lib + ".before");
            disk = await SmallDisk.Mount(lib, size);
            await Started.Well(10.Seconds(), "cp", ["-a", lib + ".before/.", lib]);
        });
        return disk!;
    }

    /// <summary>What the next release shows.</summary>
    public TinyApp Page(string text)
    {
        File.WriteAllText(_checkout["index.html"], text);
        return this;
    }

    /// <param name="more">More keys of the app.</param>
    /// <param name="deploy">More keys of `deploy:`, each after a comma.</param>
    public TinyApp Yaml(string more = "", string deploy = "", string command = "exec python3 -m http.server --bind 127.0.0.1 $PORT")
    {
        File.WriteAllText(_checkout["understudy.yaml"], $$"""
            app: tiny
            deploy: {watch: 0s, keep: 3{{deploy}}}
            {{more}}
            processes:
              web:
                command: {{command}}
                workers: 1
                stop: {within: 5s}
            """);
        return this;
    }

    public Task<string> Git(params string[] arguments) => Started.Well(30.Seconds(), "git", ["-c", "user.name=lab", "-c", "user.email=lab@example.com", .. arguments], Folder);

    public Deploying Begin(params string[] options) => new(Host, ["deploy", Folder, .. options]);

    public async Task<Deployed> Deploy(params string[] options)
    {
        using var deploying = Begin(options);
        return await deploying.End();
    }

    /// <summary>Deploys it, which must go well, and the page must be served.</summary>
    /// <returns>The release's name.</returns>
    public async Task<string> Served(params string[] options)
    {
        var deployed = await Deploy(options);
        Assert.True(deployed is { Code: 0, Outcome: "done" }, $"{deployed.Output}\n{await Host.Describe()}");
        Assert.Equal(File.ReadAllText(_checkout["index.html"]), await Shown());
        var worker = Assert.Single(await Host.Workers());
        Assert.Equal(worker.Release, Path.GetFileName(new FileInfo(Path.Combine(Home, "current")).LinkTarget));
        return worker.Release;
    }

    public async Task<string> Shown()
    {
        using var client = new Client(Host.Port);
        return (await client.Get("/")).Body;
    }

    /// <summary>A deploy that ends badly: with a sentence for people, and with nothing left of it.</summary>
    /// <param name="says">What the sentence must hold.</param>
    public async Task<Deployed> Refused(int code, string says, params string[] options)
    {
        var before = await TinyState.Of(this);
        var deployed = await Deploy(options);
        await before.IsAsBefore(deployed, code, says);
        return deployed;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _checkout.Dispose();
    }
}
