namespace Understudy.Lab;

/// <summary>What cannot be deployed: a sentence says what to do, the site serves on untouched, and nothing half-made is left.</summary>
public sealed class DeployInputTests
{
    [Fact]
    public async Task A_build_that_goes_wrong_leaves_nothing_but_its_log()
    {
        await using var app = await TinyApp.Serving();
        app.Page("never shown");

        var failed = await app.Yaml("build: [echo the compiler says no; exit 3]").Refused(1, "`echo the compiler says no; exit 3` failed: exit code 3; mend it and deploy again");
        Assert.Contains(failed.Events, one => one is { Kind: "line", Text: "the compiler says no" });
        Assert.Equal("the compiler says no\n", await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(app.Host.Root, "log/deploys/tiny")).Order().Last(), TestContext.Current.CancellationToken));

        await app.Yaml("build: [\"trap '' TERM; (setsid sleep 600 &) ; sleep 600\"]", ", build_within: 1s").Refused(1, "deploy.build_within");
        await app.Yaml("build: [\"echo 'processes: 5' > understudy.yaml\"]").Refused(1, "understudy.yaml");
        await app.Yaml("build: [rm understudy.yaml]").Refused(1, "neither");
        await app.Yaml("build: [touch \"$(printf 'not utf-8 \\377')\"]").Refused(1, "not UTF-8");
        await app.Yaml("build: [\"(trap '' TERM HUP; setsid sh -c 'env -i sleep 600 & exec env -i sleep 600' &) ; sleep 0.3; yes | head -c 300000000\"]").Page("good").Served();
        Assert.True(new FileInfo(Directory.GetFiles(Path.Combine(app.Host.Root, "log/deploys/tiny")).Order().Last()).Length < 10_000_000);
        Assert.DoesNotContain(Understudy.Linux.Ownership.For(new Paths(app.Host.Root)).Found(), id => id.Contains("build", StringComparison.Ordinal));
    }

    [Fact, Trait("length", "long")]
    public async Task A_build_that_prints_a_gigabyte_fills_neither_disk_nor_terminal()
    {
        await using var app = await TinyApp.Serving();
        await app.Yaml("build: [\"yes what the compiler says | head -c 1000000000\"]").Page("good").Served();
        Assert.InRange(new FileInfo(Directory.GetFiles(Path.Combine(app.Host.Root, "log/deploys/tiny")).Order().Last()).Length, 1, 10_000_000);
    }

    [Fact]
    public async Task A_changed_folder_a_ref_that_is_not_there_and_an_upload_cut_off_leave_the_site_and_do_not_spoil_the_next()
    {
        await using var app = await TinyApp.Serving();
        await app.Git("init", "-q", "-b", "main");
        await app.Git("add", ".");
        await app.Git("commit", "-q", "-m", "first");
        await app.Page("changed").Refused(2, "index.html; commit them, or deploy them as they are with --dirty");
        await app.Refused(2, "main", "--ref", "mian");
        await app.Served("--dirty");

        var before = await TinyState.Of(app);
        await Started.Well(30.Seconds(), "sh", ["-c", "head -c 60000000 /dev/urandom > large"], app.Folder);
        using (var cut = app.Page("after the cut").Begin("--dirty"))
        {
            await Eventually.Until("the upload begins", 60.Seconds(), () => cut.Ended || cut.Events.Count > 0);
            await cut.Kill();
        }
        await before.IsAsBefore();
        await app.Served("--dirty");
    }

    [Fact, Trait("length", "long")]
    public async Task A_Debian_package_that_the_app_names_is_installed_where_it_is_missing()
    {
        Prerequisite.Needs(Understudy.Linux.Users.IsRoot, "only root installs packages");
        const string package = "hello";
        await using var app = await TinyApp.Serving();
        await Started.Well(120.Seconds(), "dpkg", ["--purge", package]);
        try
        {
            await app.Yaml($"packages: [{package}]\nbuild: [hello > index.html]").Deploy();
            Assert.Equal("Hello, world!\n", await app.Shown());
            await app.Yaml("packages: [no-such-package-anywhere]").Page("never").Refused(1, "no-such-package-anywhere");
        }
        finally
        {
            await Started.Well(120.Seconds(), "dpkg", ["--purge", package]);
        }
    }

    [Fact]
    public async Task A_build_that_is_cancelled_leaves_nothing()
    {
        await using var app = await TinyApp.Serving();
        var before = await TinyState.Of(app);
        using var deploying = app.Page("never shown").Yaml("build: [\"(setsid sleep 600 &); echo begun; sleep 600\"]").Begin();
        await deploying.In("build");
        await Eventually.Until("its first line", 20.Seconds(), () => deploying.Events.Any(one => one.Kind == "line"));
        Assert.Equal(0, (await app.Host.Run("deploy", "--cancel")).Code);
        await before.IsAsBefore(await deploying.End(), 1, "cancelled by root@");
        await app.Yaml().Page("good").Served();
    }

    [Fact]
    public async Task A_build_that_eats_memory_is_stopped_by_its_own_limit()
    {
        await using var app = await TinyApp.Serving();
        Prerequisite.Needs((await app.Host.Status())!.Ownership == "cgroup", "no right to make cgroups here");
        await app.Page("never shown").Yaml("build: [\"python3 -c 'len(bytearray(400_000_000))'; echo went on\"]", ", build_memory: 32MB").Refused(1, "of memory (deploy.build_memory)");
        await app.Page("good").Yaml().Served();
    }

    [Fact]
    public async Task A_build_that_links_to_what_it_may_not_read_shows_it_to_nobody()
    {
        await using var app = await TinyApp.New();
        await app.Yaml("assets: public\nbuild: [mkdir public; ln -s /etc/shadow public/shadow; ln -s ../../../../../state.db public/state; \"ln -s / public/root\"; echo fine > public/fine]").Served();
        using var client = new Client(app.Host.Port);
        Assert.Equal("fine\n", (await client.Get("/fine")).Body);
        foreach (var path in (string[])["/shadow", "/state", "/root/etc/shadow", "/root%2fetc%2fshadow", "/root"])
            Assert.Equal(404, (await client.Get(path)).Status);
    }

    [Fact]
    public async Task An_altered_artifact_is_never_unpacked()
    {
        await using var app = await TinyApp.Serving();
        var first = (await app.Host.Workers())[0].Release;
        var artifact = Assert.Single(Directory.GetFiles(Path.Combine(app.Home, "artifacts")));
        await app.Page("two").Served();
        await using (var file = new FileStream(artifact, FileMode.Open))
        {
            file.Position = file.Length / 2;
            var old = file.ReadByte();
            file.Position = file.Length / 2;
            file.WriteByte((byte)(old ^ 1));
        }
        Directory.Delete(Path.Combine(app.Home, "releases", first), recursive: true);

        var before = await TinyState.Of(app);
        using (var rolling = new Deploying(app.Host, "rollback"))
            await before.IsAsBefore(await rolling.End(), 1, $"the artifact {artifact} was altered since it was packed");
        File.Delete(artifact);
        before = await TinyState.Of(app);
        using (var rolling = new Deploying(app.Host, "rollback", first))
            await before.IsAsBefore(await rolling.End(), 1, $"the artifact {artifact} is gone; deploy again");
        await app.Page("one").Served();
    }
}
