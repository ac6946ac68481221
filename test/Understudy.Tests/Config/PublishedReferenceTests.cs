using Understudy.Config;
using Understudy.Decisions.Config;

namespace Understudy.Tests.Config;

/// <summary>
/// docs/ has the schemas and the commented examples that the key tables give. After a change of a table, run these tests with
/// UNDERSTUDY_WRITE_DOCS=1 to write them again.
/// </summary>
public class PublishedReferenceTests
{
    public static TheoryData<string> Files => ["understudy.schema.json", "agent.schema.json", "understudy.example.yaml", "agent.example.yaml"];

    [Theory]
    [MemberData(nameof(Files))]
    public void What_docs_publishes_is_what_the_tables_say(string file)
    {
        var path = Path.Combine(RepositoryRoot(), "docs", file);
        var text = file switch
        {
            "understudy.schema.json" => SchemaText.ForApp(),
            "agent.schema.json" => SchemaText.ForHost(),
            "understudy.example.yaml" => ExampleText.ForApp(),
            _ => ExampleText.ForHost(),
        };
        if (Environment.GetEnvironmentVariable("UNDERSTUDY_WRITE_DOCS") == "1")
            File.WriteAllText(path, text);
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Fact]
    public void The_app_example_is_read_without_errors()
    {
        using var folder = new AppFolder();
        var config = folder.With("understudy.yaml", ExampleText.ForApp()).Config();
        Assert.Equal((2, 6), (config.Processes[0].MinWorkers, config.Processes[0].MaxWorkers));
    }

    [Fact]
    public void The_host_example_is_read_without_errors()
    {
        using var folder = new AppFolder();
        Assert.Empty(HostConfigLoader.Load(folder.With("agent.yaml", ExampleText.ForHost())["agent.yaml"]).Errors);
    }

    [Fact]
    public void Every_key_of_the_tables_is_in_its_example()
    {
        Assert.Empty(AppKeys.Table.All().Where(key => Find(Tree(ExampleText.ForApp()), key.Path.Split('.')) is null).Select(key => key.Path));
        Assert.Empty(HostKeys.Table.All().Where(key => Find(Tree(ExampleText.ForHost()), key.Path.Split('.')) is null).Select(key => key.Path));
    }

    public static TheoryData<string, string> ProcessDefaults =>
        new(AppKeys.Table.All().Where(key => key.Key.Default is not null && key.Path.StartsWith("processes.NAME.", StringComparison.Ordinal))
            .Select(key => (key.Path["processes.NAME.".Length..], key.Key.Default!)));

    [Theory]
    [MemberData(nameof(ProcessDefaults))]
    public void A_stated_default_is_what_counts_when_nothing_is_written(string path, string value)
    {
        using var folder = new AppFolder();
        var (open, close) = (string.Concat(path.Split('.').Select(key => $"{{{key}: ")), new string('}', path.Split('.').Length));
        var written = folder.With("understudy.yaml", $"processes: {{jobs: {{command: work, {open[1..]}{value}{close}}}").Config().Processes[0];
        Assert.Equal(new ProcessConfig { Name = "jobs", Command = "work" }, written);
    }

    public static TheoryData<string, string> DeployDefaults =>
        new(AppKeys.Table.All().Where(key => key.Key.Default is not null && key.Path.StartsWith("deploy.", StringComparison.Ordinal))
            .Select(key => (key.Path["deploy.".Length..], key.Key.Default!)));

    [Theory]
    [MemberData(nameof(DeployDefaults))]
    public void A_stated_default_of_a_deploy_is_what_counts_when_nothing_is_written(string key, string value)
    {
        using var folder = new AppFolder();
        Assert.Equal(new DeployConfig(), folder.With("understudy.yaml", $"deploy: {{{key}: {value}}}\nprocesses: {{web: work}}").Config().Deploy);
    }

    [Fact]
    public void Every_other_default_is_covered_by_other_tests() =>
        Assert.Equal(
            ["schedule.NAME.within", "listen", "api.listen", "guard", "access_log", "stale", "logs.archive", "logs.keep"],
            AppKeys.Table.All().Concat(HostKeys.Table.All())
                .Where(key => key.Key.Default is not null && !key.Path.StartsWith("processes.", StringComparison.Ordinal) && !key.Path.StartsWith("deploy.", StringComparison.Ordinal)).Select(key => key.Path));

    static ConfigNode Tree(string yaml) => YamlTree.Read(yaml, "example", new ConfigErrors())!;

    static ConfigNode? Find(ConfigNode? node, string[] path) => node switch
    {
        _ when path.Length == 0 => node,
        ConfigList list => Find(list.Items[0], path),
        ConfigMap map => Find(path[0] == "NAME" ? map.Entries[0].Value : map[path[0]], path[1..]),
        _ => null,
    };

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Understudy.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run from within the repository");
    }
}
