using Understudy.Decisions.Config;
using Understudy.Doctor;
using Understudy.Linux;

namespace Understudy.Tests.Doctor;

/// <summary>What the examination reads, from trees and processes that a test makes.</summary>
public sealed class LooksTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    [Fact]
    public void Folders_of_one_file_system_are_one_disk_and_what_is_not_there_yet_lies_where_its_parent_does()
    {
        var disk = Assert.Single(DiskLook.Of([_folder.Path, _folder["not/made/yet"]]));
        Assert.Equal([_folder.Path], disk.Folders);
        Assert.InRange(disk.FreeBytes, 1, disk.Bytes);
        Assert.Equal(2, DiskLook.Of([_folder.Path, "/proc/self", "/dev/shm"]).Count);
    }

    [Fact]
    public void Logs_of_an_app_and_those_that_its_processes_have_open_are_seen_once_each()
    {
        Directory.CreateDirectory(_folder["app/log"]);
        File.WriteAllText(_folder["app/log/production.log"], new string('x', 100_000));
        File.CreateSymbolicLink(_folder["app/log/current.log"], _folder["app/log/production.log"]);
        File.WriteAllText(_folder["elsewhere.log"], "text");
        Directory.CreateDirectory(_folder["proc/7/fd"]);
        File.CreateSymbolicLink(_folder["proc/7/fd/3"], _folder["elsewhere.log"]);
        File.CreateSymbolicLink(_folder["proc/7/fd/4"], _folder["app/log/production.log"]);
        File.CreateSymbolicLink(_folder["proc/7/fd/5"], "socket:[77]");
        var seen = LogLook.Of([_folder["app"]], [7, 8], new OpenFiles(_folder["proc"]), _folder["ours"], 10_000_000, TimeProvider.System.GetUtcNow());
        Assert.Equal(2, seen.Count);
        Assert.True(seen[0].Bytes >= 100_000, $"{seen[0]}");
        // Made this moment: how fast it grows cannot be said.
        Assert.All(seen, log => Assert.Equal(0, log.BytesPerDay));
    }

    [Fact]
    public void Our_own_logs_are_left_to_the_archive_until_they_are_far_too_large()
    {
        Directory.CreateDirectory(_folder["ours/workers"]);
        File.WriteAllText(_folder["ours/workers/shop.web.1.log"], new string('x', 50_000));
        Assert.Empty(LogLook.Of([], [], new OpenFiles(_folder["proc"]), _folder["ours"], 1_000_000, TimeProvider.System.GetUtcNow()));
        Assert.Single(LogLook.Of([], [], new OpenFiles(_folder["proc"]), _folder["ours"], 10_000, TimeProvider.System.GetUtcNow()));
    }

    [Theory]
    [InlineData("Limit                     Soft Limit           Hard Limit           Units\nMax open files            1024                 524288               files\n", 1024L)]
    [InlineData("Max open files            unlimited            unlimited            files\n", long.MaxValue)]
    [InlineData("Max processes             100                  100                  processes\n", null)]
    [InlineData("", null)]
    public void The_limit_of_open_files_is_the_soft_one(string limits, long? expected) => Assert.Equal(expected, OpenFiles.Limit(limits));

    [Fact]
    public void A_worker_that_listens_for_every_network_and_a_store_that_does_are_seen_and_loopback_is_not()
    {
        using var everywhere = Listener(System.Net.IPAddress.Any);
        using var loopback = Listener(System.Net.IPAddress.Loopback);
        var listeners = SocketDiag.Listeners()!.Where(one => one.Local.Port == everywhere.Port || one.Local.Port == loopback.Port).ToList();
        Assert.Equal(2, listeners.Count);
        var worker = new FoundWorker("shop.web.1", [Environment.ProcessId]);
        var found = Assert.Single(PortLook.Of([worker], listeners, new ProcessTable()));
        Assert.Equal(("web.1", Environment.ProcessId, true, everywhere.Port), (found.Who, found.Pid, found.Worker, found.At.Port));
        // Of no worker, and no store's port: whatever else a host runs is none of our business.
        Assert.Empty(PortLook.Of([], listeners, new ProcessTable()));
    }

    [Fact]
    public void The_clock_is_as_the_kernel_says() => Assert.True(KernelClock.Look() is null or { MostWrong.Ticks: >= 0 });

    [Fact]
    public void Apps_are_found_by_agent_yaml_and_where_they_were_deployed_and_what_is_no_app_is_left_out()
    {
        var paths = new Paths(_folder["host"]);
        Directory.CreateDirectory(_folder["app"]);
        File.WriteAllText(_folder["app/Procfile"], "web: serve\n");
        var release = Path.Combine(paths.AppFolder("shop"), "releases", "one");
        Directory.CreateDirectory(release);
        File.WriteAllText(Path.Combine(release, "understudy.yaml"), "app: shop\nprocesses: {web: {command: serve}}\n");
        Directory.CreateSymbolicLink(Path.Combine(paths.AppFolder("shop"), "current"), release);
        Directory.CreateDirectory(Path.Combine(paths.AppFolder("half"), "current"));
        var found = FoundApp.All(paths, new HostConfig { Apps = [new AppFolder(_folder["app"], null)] });
        Assert.Equal(["app", "shop"], found.Select(app => app.Config.App).Order());
    }

    [Fact]
    public async Task Of_a_host_where_nothing_runs_that_is_told_and_the_rest_is_looked_at_all_the_same()
    {
        var sight = await new HostLook(new Paths(_folder["nothing"]), "understudy up").Take(TimeProvider.System.GetUtcNow());
        Assert.Contains("there is no socket", sight.Agent.Trouble, StringComparison.Ordinal);
        Assert.False(sight.ProxyAnswers);
        Assert.True(sight.Memory is { TotalBytes: > 0 });
        Assert.NotEmpty(sight.Disks);
        Assert.Empty(sight.Pools);
        Assert.Empty(sight.Stale);
    }

    public void Dispose() => _folder.Dispose();

    static BoundSocket Listener(System.Net.IPAddress address)
    {
        var socket = new System.Net.Sockets.TcpListener(address, 0);
        socket.Start();
        return new BoundSocket(socket);
    }

    sealed record BoundSocket(System.Net.Sockets.TcpListener Listener) : IDisposable
    {
        public int Port => ((System.Net.IPEndPoint)Listener.LocalEndpoint).Port;

        public void Dispose() => Listener.Dispose();
    }
}
