namespace Understudy.Lab;

/// <summary>Two builds of different versions, packed, and installed one over the other where the package puts them.</summary>
[Trait("length", "long")]
public sealed class UpgradeTests : IAsyncDisposable
{
    const string Installed = "/usr/bin/understudy";

    readonly LabFolder _folder = new();
    bool _installed;

    public async ValueTask DisposeAsync()
    {
        if (_installed)
            await Say("dpkg", "--purge", "understudy");
        _folder.Dispose();
    }

    [Fact]
    public async Task The_agent_and_proxy_of_a_new_package_take_over_workers_and_sockets_without_a_failed_request()
    {
        Prerequisite.Needs(Environment.UserName == "root", "installing a package needs root");
        Prerequisite.Needs(!Directory.Exists("/run/systemd/system"), "systemd would start what is installed here; the package is tried with it on a host of its own");
        Prerequisite.Needs(!File.Exists(Installed) && !Directory.Exists("/var/lib/understudy") && !Directory.Exists("/etc/understudy"), "Understudy is installed on this machine already");
        var first = await Package("0.9.1");
        var second = await Package("0.9.2");
        using var site = new StuntFolder("workers: 3");

        _installed = true;
        await Say("dpkg", "-i", first);
        await using var host = await Host.Serve([site.Folder], binary: Installed);
        Assert.Equal("0.9.1", (await host.Status())!.Version);
        var proxy = (await host.Status())!.Proxy!;
        Assert.Equal("0.9.1", proxy.Version);
        var workers = await Pids(host);
        await using var load = Load.Of(host.Port, 8, "/pid", "/slow?ms=30", "/answer/200?size=20000");
        await load.More(200);

        await Say("dpkg", "-i", second);
        await load.More(100);
        // As a service manager restarts the agent when a package has brought another.
        Kernel.Terminate(host.AgentPid);
        await host.Until("agent and proxy are the new ones", 60.Seconds(), status =>
            status is { Version: "0.9.2", Proxy: { Version: "0.9.2", State: "serving" } newer } && newer.Pid != proxy.Pid);
        Assert.Equal(workers, await Pids(host));
        await load.More(300);
        await load.Stop();
        Assert.Empty(load.Failures);
        Assert.Equal(workers, await Pids(host));
    }

    /// <summary>A build of its own, since the version is inside the binary.</summary>
    async Task<string> Package(string version)
    {
        var build = _folder["build-" + version];
        await Say("dotnet", "publish", Path.Combine(Repository.Root, "src/Understudy"), "-c", "Release", "-o", build, $"-p:Version={version}", "-m:1", "-nodeReuse:false", "--tl:off");
        var packed = await Say(Path.Combine(Repository.Root, "packaging/build-deb"), "--version", version, "--binary", Path.Combine(build, "understudy"), "--out", _folder.Path);
        return packed.Trim().Split('\n')[^1];
    }

    static async Task<IReadOnlyList<int>> Pids(Host host) => [.. (await host.Workers()).Select(worker => worker.Pid).Order()];

    static Task<string> Say(string program, params string[] arguments) => Started.Well(400.Seconds(), program, arguments);
}
