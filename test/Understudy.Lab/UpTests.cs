using Understudy.Cli;

namespace Understudy.Lab;

public class UpTests
{
    const string Python = "exec python3 -m http.server --bind 127.0.0.1 $PORT";

    [Fact]
    public async Task A_folder_with_only_a_Procfile_is_served_and_Ctrl_C_leaves_nothing()
    {
        using var folder = new LabFolder();
        File.WriteAllText(folder["Procfile"], $"web: {Python}\n");
        File.WriteAllText(folder["hello.txt"], "hello\n");
        await using var up = new Up(folder.Path, Kernel.FreePort());
        await up.Serving(60.Seconds());
        using var client = new Client(up.Port);
        Assert.Equal("hello\n", (await client.Get("/hello.txt")).Body);
        await Eventually.Until("it says where", 20.Seconds(), () => up.Output.Contains($":{up.Port}", StringComparison.Ordinal));
        await up.Stop();
    }

    [Fact]
    public async Task The_next_up_adopts_the_workers_of_one_that_was_killed()
    {
        using var folder = new LabFolder();
        File.WriteAllText(folder["Procfile"], $"web: {Python}\n");
        var port = Kernel.FreePort();
        await using var first = new Up(folder.Path, port);
        await first.Serving(60.Seconds());
        var before = Kernel.Marked(first.Root).Order();
        Kernel.Kill(first.Pid);
        await first.Exit(20.Seconds());

        await using var second = new Up(folder.Path, port);
        await Eventually.Until("it says that it serves", 60.Seconds(), () => second.Output.Contains($" is at http://localhost:{port}", StringComparison.Ordinal));
        Assert.Equal(before, Kernel.Marked(second.Root).Order());
        await second.Stop();
    }

    [Fact]
    public async Task A_start_that_is_called_off_ends_the_workers_that_it_adopted()
    {
        using var folder = new LabFolder();
        File.WriteAllText(folder["Procfile"], $"web: {Python}\n");
        await using var killed = new Up(folder.Path, Kernel.FreePort());
        await killed.Serving(60.Seconds());
        Kernel.Kill(killed.Pid);
        await killed.Exit(20.Seconds());

        var options = UpPlan.Make(new UpRequest([folder.Path], killed.Port, [], null, false, null, null), folder.Path);
        var calledOff = Agent.Start(options, new CancellationToken(canceled: true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calledOff.WaitAsync(60.Seconds()));
        Assert.Empty(Kernel.Marked(killed.Root));
    }

    [Theory]
    [InlineData("app: shop\nprocesses:\n  web:\n    comand: x\n", "command")]
    [InlineData("app: shop\nprocesses:\n  web: {command: x, concurrency: many}\n", "concurrency")]
    [InlineData("app: shop\nprocesses:\n  web: {command: x, workers: {min: 3, max: 2}}\n", "min")]
    [InlineData("", "understudy.yaml")]
    [InlineData("app: shop\n\tprocesses:\n", "tab")]
    [InlineData("app: shop\napp: shop\nprocesses: {web: x}\n", "app")]
    public async Task A_wrong_configuration_is_explained_with_exit_2_and_nothing_runs(string yaml, string says)
    {
        using var folder = new LabFolder();
        File.WriteAllText(folder["understudy.yaml"], yaml);
        await Refused(folder.Path, says);
    }

    [Fact]
    public async Task A_file_of_10_MB_is_refused()
    {
        using var folder = new LabFolder();
        File.WriteAllText(folder["understudy.yaml"], "app: shop\n#" + new string('x', 10_000_000));
        await Refused(folder.Path, "understudy.yaml");
    }

    [Fact]
    public async Task A_Procfile_with_stray_text_is_refused()
    {
        using var folder = new LabFolder();
        File.WriteAllText(folder["Procfile"], $"web: {Python}\nthis is no process\n");
        await Refused(folder.Path, "Procfile:2");
    }

    [Fact]
    public Task A_folder_that_is_not_there_is_refused() => Refused("/nowhere/at/all", "/nowhere/at/all");

    [Fact]
    public async Task A_port_in_use_is_refused()
    {
        using var folder = new LabFolder();
        File.WriteAllText(folder["Procfile"], $"web: {Python}\n");
        using var holder = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        holder.Start();
        await Refused(folder.Path, "in use", ((System.Net.IPEndPoint)holder.LocalEndpoint).Port);
    }

    [Fact]
    public async Task A_command_that_does_not_exist_is_refused()
    {
        using var folder = new LabFolder();
        File.WriteAllText(folder["Procfile"], "web: no-such-program-here --at-all\n");
        await Refused(folder.Path, "no-such-program-here");
    }

    [Fact]
    public async Task A_ready_path_that_never_answers_is_refused()
    {
        using var folder = new LabFolder();
        File.WriteAllText(folder["understudy.yaml"], $"app: shop\nprocesses:\n  web:\n    command: {Python}\n    ready: {{path: /never, within: 2s}}\n");
        await Refused(folder.Path, "/never");
    }

    static async Task Refused(string folder, string says, int? port = null)
    {
        await using var up = new Up(folder, port ?? Kernel.FreePort());
        Assert.Equal(2, await up.Exit(60.Seconds()));
        Assert.Contains(says, up.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at Understudy", up.Output, StringComparison.Ordinal);
        Assert.Empty(Kernel.Marked(up.Root));
    }
}
