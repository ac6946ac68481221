using Understudy.Decisions.Config;
using Understudy.Decisions.Sampling;
using Understudy.Decisions.Workers;

namespace Understudy.Tests.Config;

public sealed class AppConfigTests : IDisposable
{
    readonly AppFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_key_of_the_long_form_is_read()
    {
        var config = folder.With("understudy.yaml", """
            app: shop
            domains: [shop.example.com, "*.shop.example.com"]
            tls: {certificate: /etc/ssl/shop.pem, key: /etc/ssl/shop.key}
            assets: public/assets
            packages: [libvips42]
            build: [bundle install]
            release: bin/rails db:migrate
            check: [/, /products]
            shared: [storage, db/production.sqlite3]
            deploy: {build_within: 5m, build_memory: 1GB, release_within: 2m, check_times: 5, at_once: 25%, watch: 30s, keep: 3}
            stale: report
            schedule: {nightly: {at: 0 3 * * *, command: bin/nightly}}
            processes:
              web:
                command: bundle exec puma -p $PORT
                workers: {min: 2, max: 6}
                concurrency: 4
                ready: {path: /health, within: 90s, notify: true}
                queue: {length: 50, wait: 5s}
                recycle: {requests: 10000, memory: 400MB, age: 24h}
                stop: {signal: QUIT, within: 20s}
                request: {timeout: 500ms, body: 64KiB, idempotency_key: true}
              jobs: {command: bundle exec sidekiq}
            services:
              memcached: {command: memcached -l $HOST -p $PORT -m 64, port: 11211}
            templates:
              - {from: config/memcached.yml.tmpl, to: config/memcached.yml, notify: restart web}
            env: {RAILS_ENV: production, WORKERS: 3, EMPTY: }
            """).Config();

        Assert.Equal("shop", config.App);
        Assert.Equal(["shop.example.com", "*.shop.example.com"], config.Domains);
        Assert.Equal(new TlsConfig("/etc/ssl/shop.pem", "/etc/ssl/shop.key"), config.Tls);
        Assert.Equal("public/assets", config.Assets);
        Assert.Equal(["libvips42"], config.Packages);
        Assert.Equal(["bundle install"], config.Build);
        Assert.Equal("bin/rails db:migrate", config.Release);
        Assert.Equal(["/", "/products"], config.Check);
        Assert.Equal(["storage", "db/production.sqlite3"], config.Shared);
        Assert.Equal(
            new DeployConfig
            {
                BuildWithin = TimeSpan.FromMinutes(5),
                BuildMemoryBytes = 1_000_000_000,
                ReleaseWithin = TimeSpan.FromMinutes(2),
                CheckTimes = 5,
                AtOnce = new WorkerShare(25, true),
                Watch = TimeSpan.FromSeconds(30),
                Keep = 3,
            },
            config.Deploy);
        Assert.Equal(StalePolicy.Report, config.Stale);
        Assert.Equal([new ScheduledConfig("nightly", "0 3 * * *", "bin/nightly", TimeSpan.FromHours(1))], config.Schedule);
        Assert.Equal(new ProcessConfig
        {
            Name = "web",
            Command = "bundle exec puma -p $PORT",
            MinWorkers = 2,
            MaxWorkers = 6,
            Concurrency = 4,
            Ready = new ReadyConfig("/health", TimeSpan.FromSeconds(90), true),
            Queue = new QueueConfig(50, TimeSpan.FromSeconds(5)),
            Recycle = new RecycleConfig(10_000, 400_000_000, TimeSpan.FromDays(1)),
            Stop = new StopConfig("QUIT", TimeSpan.FromSeconds(20)),
            Request = new RequestConfig(TimeSpan.FromMilliseconds(500), 65_536) { IdempotencyKey = true },
        }, config.Processes[0]);
        Assert.Equal(new ProcessConfig { Name = "jobs", Command = "bundle exec sidekiq" }, config.Processes[1]);
        Assert.Equal([new ServiceConfig("memcached", "memcached -l $HOST -p $PORT -m 64", 11211)], config.Services);
        Assert.Equal([new TemplateConfig("config/memcached.yml.tmpl", "config/memcached.yml", "restart web")], config.Templates);
        Assert.Equal(new Dictionary<string, string> { ["RAILS_ENV"] = "production", ["WORKERS"] = "3", ["EMPTY"] = "" }, config.Env);
    }

    [Fact]
    public void What_is_not_written_is_the_default_of_the_records()
    {
        var config = folder.With("understudy.yaml", "processes: {web: serve, jobs: work}").Config();

        Assert.Equal(new ProcessConfig { Name = "web", Command = "serve", MinWorkers = 2, MaxWorkers = 2 }, config.Processes[0]);
        Assert.Equal(new ProcessConfig { Name = "jobs", Command = "work" }, config.Processes[1]);
        Assert.Equal(Names.FromFolder(folder.Path), config.App);
        Assert.Null(config.Release);
        Assert.Empty(config.Domains);
    }

    [Fact]
    public void A_section_with_one_key_keeps_the_defaults_of_the_others()
    {
        var web = folder.With("understudy.yaml", "processes: {web: {command: serve, queue: {length: 7}, stop: {within: 5s}, request: {}}}").Config().Processes[0];

        Assert.Equal(new QueueConfig() with { Length = 7 }, web.Queue);
        Assert.Equal(new StopConfig() with { Within = TimeSpan.FromSeconds(5) }, web.Stop);
        Assert.Equal(new RequestConfig(), web.Request);
    }

    [Fact]
    public void Short_forms_mean_the_same_as_long_ones()
    {
        var config = folder.With("understudy.yaml", """
            domains: Shop.Example.com
            build: bundle install
            processes:
              web: {command: serve, workers: 3, ready: /health}
              jobs: work
            """).Config();

        Assert.Equal(["shop.example.com"], config.Domains);
        Assert.Equal(["bundle install"], config.Build);
        Assert.Equal((3, 3), (config.Processes[0].MinWorkers, config.Processes[0].MaxWorkers));
        Assert.Equal(new ReadyConfig() with { Path = "/health" }, config.Processes[0].Ready);
        Assert.Equal("work", config.Processes[1].Command);
    }

    [Theory]
    [InlineData("{min: 3}", 3, 3)]
    [InlineData("{max: 6}", 2, 6)]
    [InlineData("{max: 1}", 1, 1)]
    [InlineData("{}", 2, 2)]
    [InlineData("0", 0, 0)]
    public void One_bound_of_the_workers_follows_from_the_other(string workers, int min, int max)
    {
        var web = folder.With("understudy.yaml", $"processes: {{web: {{command: serve, workers: {workers}}}}}").Config().Processes[0];
        Assert.Equal((min, max), (web.MinWorkers, web.MaxWorkers));
    }

    [Fact]
    public void A_Procfile_alone_is_enough()
    {
        var config = folder.With("Procfile", "# what runs\r\n\r\nweb: bundle exec puma -p $PORT\r\nJob_Runner: bin/jobs: all # kept\r\nrelease: bin/rails db:migrate\r\n").Config();

        Assert.Equal("bin/rails db:migrate", config.Release);
        Assert.Equal(["web", "job-runner"], config.Processes.Select(process => process.Name));
        Assert.Equal(["bundle exec puma -p $PORT", "bin/jobs: all # kept"], config.Processes.Select(process => process.Command));
        Assert.Equal([2, 1], config.Processes.Select(process => process.MinWorkers));
    }

    [Fact]
    public void The_yaml_wins_over_the_Procfile_process_by_process()
    {
        var config = folder
            .With("Procfile", "web: from procfile\njobs: from procfile\nclock: from procfile\nrelease: from procfile\n")
            .With("understudy.yaml", "release: from yaml\nprocesses:\n  web: from yaml\n  jobs: {workers: 4}\n")
            .Config();

        Assert.Equal("from yaml", config.Release);
        Assert.Equal(["from yaml", "from procfile", "from procfile"], config.Processes.Select(process => process.Command));
        Assert.Equal([2, 4, 1], config.Processes.Select(process => process.MinWorkers));
    }

    [Fact]
    public void A_yaml_of_comments_leaves_the_Procfile_as_it_is() =>
        Assert.Equal("serve", folder.With("Procfile", "web: serve").With("understudy.yaml", "# nothing yet\n").Config().Processes[0].Command);

    [Fact]
    public void App_json_gives_worker_counts_that_nothing_else_gives()
    {
        var config = folder
            .With("Procfile", "web: serve\njobs: work\n")
            .With("app.json", """{"name": "shop", "formation": {"web": {"quantity": 3}, "jobs": {"quantity": 5, "size": "standard-1x"}, "gone": {"quantity": 1}}}""")
            .With("understudy.yaml", "processes: {jobs: {workers: 2}}")
            .Config();

        Assert.Equal([("jobs", 2), ("web", 3)], config.Processes.Select(process => (process.Name, process.MinWorkers)).Order());
    }

    [Fact]
    public void App_json_of_another_tool_says_nothing() =>
        Assert.Equal(2, folder.With("Procfile", "web: serve").With("app.json", """{"expo": {"name": "x"}}""").Config().Processes[0].MinWorkers);

    [Fact]
    public void The_env_file_is_beneath_what_the_yaml_says()
    {
        var config = folder
            .With("Procfile", "web: serve")
            .With(".env", "# secrets\nexport A=1\nB = two words # comment\nC='single $x'\nD=\"line\\nbreak \\\"q\\\"\"\nE=\"-----BEGIN\nKEY-----\"\nF=\nPORT=3000\nG=a#b\nA=2\n")
            .With("understudy.yaml", "env: {B: yaml}")
            .Config();

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["A"] = "2",
                ["B"] = "yaml",
                ["C"] = "single $x",
                ["D"] = "line\nbreak \"q\"",
                ["E"] = "-----BEGIN\nKEY-----",
                ["F"] = "",
                ["G"] = "a#b",
            },
            config.Env);
    }

    [Fact]
    public void A_folder_named_env_is_not_an_env_file()
    {
        Directory.CreateDirectory(folder[".env"]);
        Assert.Empty(folder.With("Procfile", "web: serve").Config().Env);
    }

    [Theory]
    [InlineData("/srv/Shop App_2/", "shop-app-2")]
    [InlineData("/", "app")]
    [InlineData("/srv/---", "app")]
    [InlineData("/home/x/.dotted", "dotted")]
    public void An_apps_name_comes_from_its_folder(string path, string name) => Assert.Equal(name, Names.FromFolder(path));
}
