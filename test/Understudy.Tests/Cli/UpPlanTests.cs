using Understudy.Cli;
using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Cli;

public sealed class UpPlanTests : IDisposable
{
    static readonly UpRequest Bare = new([], null, [], null, false, null, null);
    readonly string folder = Directory.CreateTempSubdirectory("us-up-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_procfile_alone_is_served_for_this_machine_only_with_its_state_beside_it()
    {
        File.WriteAllText(Path.Combine(folder, "Procfile"), "web: bin/web\njobs: bin/jobs\n");
        var plan = UpPlan.Make(Bare, folder);
        Assert.Equal(["http://127.0.0.1:8080"], plan.Host.Listen);
        Assert.Equal(Path.Combine(folder, ".understudy"), plan.Paths.Root);
        Assert.True(plan.Foreground);
        Assert.Equal(["web", "jobs"], plan.Apps[0].Config.Processes.Select(process => process.Name));
        Assert.Null(plan.Apps[0].User);
    }

    [Fact]
    public void The_memory_guard_acts_unless_told_otherwise()
    {
        var bare = Bare with { Command = "bin/web" };
        Assert.Equal((GuardMode.Act, null), Guard(UpPlan.Make(bare, folder)));
        Assert.Equal((GuardMode.Report, 2_000_000_000L), Guard(UpPlan.Make(bare with { Guard = "report", Memory = "2GB" }, folder)));
        var wrong = Assert.Throws<CommandFailed>(() => UpPlan.Make(bare with { Guard = "on", Memory = "2" }, folder));
        Assert.Contains("--guard takes off, report, act.", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("--memory takes a size such as 400MB", wrong.Message, StringComparison.Ordinal);

        static (GuardMode, long?) Guard(AgentOptions options) => (options.Host.Guard, options.Host.MemoryBytes);
    }

    [Fact]
    public void A_command_alone_describes_an_app()
    {
        var plan = UpPlan.Make(Bare with { Command = "bin/web -p $PORT", Port = 3000 }, folder);
        Assert.Equal(["http://127.0.0.1:3000"], plan.Host.Listen);
        var web = Assert.Single(plan.Apps[0].Config.Processes);
        Assert.Equal(("web", "bin/web -p $PORT", 2), (web.Name, web.Command, web.MinWorkers));
    }

    [Fact]
    public void A_command_replaces_the_one_in_the_files_and_keeps_the_rest()
    {
        File.WriteAllText(Path.Combine(folder, "understudy.yaml"), "app: shop\nprocesses:\n  web: {command: old, workers: 4}\n  jobs: {command: bin/jobs}\n");
        var config = UpPlan.Make(Bare with { Command = "new" }, folder).Apps[0].Config;
        Assert.Equal("shop", config.App);
        Assert.Equal([("web", "new", 4), ("jobs", "bin/jobs", 1)], config.Processes.Select(process => (process.Name, process.Command, process.MinWorkers)));
    }

    [Fact]
    public void Several_apps_keep_their_state_in_the_current_folder_and_need_names_of_their_own()
    {
        foreach (var name in (string[])["a/shop", "b/shop", "blog"])
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            File.WriteAllText(Path.Combine(folder, name, "Procfile"), "web: bin/web\n");
        }
        var plan = UpPlan.Make(Bare with { Folders = ["a/shop", "blog"] }, folder);
        Assert.Equal(["shop", "blog"], plan.Apps.Select(app => app.Config.App));
        Assert.Equal(Path.Combine(folder, ".understudy"), plan.Paths.Root);
        var clash = Assert.Throws<CommandFailed>(() => UpPlan.Make(Bare with { Folders = ["a/shop", "b/shop"] }, folder));
        Assert.Contains("\"shop\" is used by", clash.Message);
    }

    [Fact]
    public void All_that_is_wrong_in_all_folders_is_said_at_once()
    {
        foreach (var name in (string[])["a", "b"])
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            File.WriteAllText(Path.Combine(folder, name, "understudy.yaml"), "processes:\n  web: {command: x, wrokers: 2}\nbiuld: []\n");
        }
        var wrong = Assert.Throws<CommandFailed>(() => UpPlan.Make(Bare with { Folders = ["a", "b"] }, folder));
        Assert.Equal(2, wrong.ExitCode);
        Assert.Equal(4, wrong.Message.Split('\n').Count(line => line.Contains("understudy.yaml:", StringComparison.Ordinal)));
    }
}
