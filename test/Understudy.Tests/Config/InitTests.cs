using Understudy.Config.Init;
using Understudy.Decisions.Config;

namespace Understudy.Tests.Config;

public sealed class InitTests : IDisposable
{
    readonly AppFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_Rails_app_gets_puma_its_threads_its_health_page_and_its_migrations()
    {
        folder.With("Gemfile", "gem 'rails'\ngem 'puma'\ngem 'sidekiq'\n").With("bin/rails", "").With("db/migrate/1.rb", "").With("app/assets/a.css", "")
            .With("config/puma.rb", "threads_count = ENV.fetch(\"RAILS_MAX_THREADS\", 3)\nthreads threads_count, threads_count\n")
            .With("config/routes.rb", "get \"up\" => \"rails/health#show\", as: :rails_health_check\n");

        var config = Written("a Rails app");

        Assert.Equal("bin/rails db:migrate", config.Release);
        Assert.Equal(["bundle install", "bin/rails assets:precompile"], config.Build);
        Assert.Equal(["bundle exec puma -C config/puma.rb -b tcp://127.0.0.1:$PORT", "bundle exec sidekiq"], config.Processes.Select(process => process.Command));
        Assert.Equal((3, "/up", 2), (config.Processes[0].Concurrency, config.Processes[0].Ready.Path, config.Processes[0].MinWorkers));
    }

    [Fact]
    public void A_Rack_app_without_gems_gets_rackup() =>
        Assert.Equal("rackup -o 127.0.0.1 -p $PORT", Web(folder.With("config.ru", "run App"), "a Rack app (config.ru)"));

    [Fact]
    public void A_Procfile_goes_on_giving_the_commands()
    {
        var config = Written("a Procfile with web, jobs: it goes on giving the commands", folder.With("Procfile", "web: a: b # c\njobs: work\nrelease: migrate\n"));
        Assert.Equal(["a: b # c", "work"], config.Processes.Select(process => process.Command));
        Assert.Equal("migrate", config.Release);
        folder.With("Procfile", "web: other\njobs: work\n");
        Assert.Equal("other", folder.Config().Processes[0].Command);
    }

    [Fact]
    public void A_Node_app_gets_its_start_script()
    {
        var config = Written("a Node app (package.json)", folder.With("package.json", """{"scripts": {"start": "node .", "build": "tsc"}}""").With("package-lock.json", "{}"));
        Assert.Equal(("npm start", 100), (config.Processes[0].Command, config.Processes[0].Concurrency));
        Assert.Equal(["npm ci", "npm run build"], config.Build);
    }

    [Fact]
    public void A_Django_app_gets_gunicorn_with_its_module()
    {
        var config = Written("a Django app (manage.py)", folder.With("manage.py", "").With("requirements.txt", "Django\ngunicorn==23\n").With("mysite/wsgi.py", ""));
        Assert.Equal("gunicorn -b 127.0.0.1:$PORT --threads 5 mysite.wsgi", config.Processes[0].Command);
        Assert.Equal("python3 manage.py migrate --noinput", config.Release);
    }

    [Fact]
    public void An_ASP_NET_app_is_run_by_its_project() =>
        Assert.Equal("dotnet run --project Shop.csproj -c Release --no-launch-profile",
            Web(folder.With("Shop.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\"></Project>"), "an ASP.NET app (Shop.csproj)"));

    [Fact]
    public void Kamals_domains_health_check_roles_and_variables_are_taken_over()
    {
        var config = Written(null, folder.With("config.ru", "").With("config/deploy.yml", """
            service: shop
            image: me/shop
            servers:
              web: [192.0.2.1]
              job: {hosts: [192.0.2.2], cmd: bin/jobs}
            proxy: {ssl: true, host: shop.example.com, app_port: 3000, healthcheck: {path: /health, interval: 3}}
            env: {clear: {DB_HOST: db.internal, NOTE: "it's: fine"}, secret: [RAILS_MASTER_KEY]}
            asset_path: /rails/public/assets
            volumes: ["data:/rails/storage", "/etc/hosts:/etc/hosts"]
            """));

        Assert.Equal("shop", config.App);
        Assert.Equal(["shop.example.com"], config.Domains);
        Assert.Equal("/health", config.Processes.Single(process => process.Name == "web").Ready.Path);
        Assert.Equal("bin/jobs", config.Processes.Single(process => process.Name == "job").Command);
        Assert.Equal(new Dictionary<string, string> { ["DB_HOST"] = "db.internal", ["NOTE"] = "it's: fine" }, config.Env);
        Assert.Equal("public/assets", config.Assets);
        Assert.Equal(["storage"], config.Shared);
    }

    [Fact]
    public void Kamals_secrets_are_named_and_how_to_give_them() =>
        Assert.Contains(
            InitPlan.For(folder.With("config.ru", "").With("config/deploy.yml", "service: shop\nenv: {secret: [RAILS_MASTER_KEY, \"x y\"]}\n").Path).Found,
            sentence => sentence.Contains("`understudy env set RAILS_MASTER_KEY`", StringComparison.Ordinal));

    [Fact]
    public void Engine_Yards_migration_command_is_taken_over() =>
        Assert.Equal("rake db:migrate", Written(null, folder.With("config.ru", "").With("config/ey.yml", "defaults:\n  migrate: true\n  migration_command: rake db:migrate\n")).Release);

    [Fact]
    public void Engine_Yards_way_to_make_assets_is_taken_over_once() =>
        Assert.Equal(
            ["rake assets:precompile"],
            Written(null, folder.With("config.ru", "").With("bin/rails", "").With("app/assets/x.css", "").With("config/ey.yml", "defaults:\n  precompile_assets: true\n  precompile_assets_command: rake assets:precompile\n")).Build);

    [Theory]
    [InlineData("append :linked_dirs, \"log\", 'public/uploads', \"tmp/pids\"\nappend :linked_files, 'config/master.key'\n")]
    [InlineData("set :linked_dirs, %w[log public/uploads tmp/cache]\nset :linked_files, %w{config/master.key}\n")]
    [InlineData("set(:linked_dirs, ['log', 'public/uploads'])\nappend :linked_files, \"config/master.key\", \"/etc/passwd\", \"../x\"\n")]
    public void Capistranos_linked_folders_and_files_are_shared(string script) =>
        Assert.Equal(["public/uploads", "config/master.key"], Written(null, folder.With("config.ru", "").With("config/deploy.rb", script)).Shared);

    [Fact]
    public void Where_nothing_is_known_a_line_asks_for_the_command()
    {
        Assert.Empty(InitPlan.For(folder.Path).Found);
        Assert.Contains("still needs the command", Written(null).Processes[0].Command);
    }

    [Fact]
    public void Files_that_cannot_be_understood_stop_nothing()
    {
        folder.With("package.json", "{").With("config/deploy.yml", "a: [<%= x %>").With("Procfile", "stray").With("config.ru", "");
        Assert.Contains("rackup", InitPlan.For(folder.Path).Text);
    }

    [Fact]
    public void What_is_there_is_never_overwritten()
    {
        var plan = InitPlan.For(folder.Path);
        folder.With("understudy.yaml", "mine");
        Assert.False(plan.Write());
        Assert.EndsWith("is there already and is left as it is; remove it first to begin anew", InitPlan.For(folder.Path).Refusal);
        Assert.Equal("mine", File.ReadAllText(folder["understudy.yaml"]));
        Assert.EndsWith("there is no such folder; name the app's folder", InitPlan.For("/nowhere").Refusal);
    }

    AppConfig Written(string? sentence) => Written(sentence, folder);

    /// <summary>What a fresh init leaves, read as `up` would.</summary>
    static AppConfig Written(string? sentence, AppFolder folder)
    {
        var plan = InitPlan.For(folder.Path);
        Assert.Null(plan.Refusal);
        if (sentence is not null)
            Assert.Contains(sentence, plan.Found);
        Assert.True(plan.Write());
        return folder.Config();
    }

    static string Web(AppFolder folder, string sentence) => Written(sentence, folder).Processes.Single(process => process.Name == "web").Command;
}
