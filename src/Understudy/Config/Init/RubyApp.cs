using System.Text.RegularExpressions;

namespace Understudy.Config.Init;

/// <summary>Rails and Rack apps.</summary>
static partial class RubyApp
{
    public static bool Look(Findings found)
    {
        var (files, rails) = (found.Files, found.Files.Has("bin/rails") || found.Files.Has("config/application.rb"));
        if (!rails && !files.Has("config.ru"))
            return false;
        var gems = files.Text("Gemfile.lock") ?? files.Text("Gemfile") ?? "";
        var bundle = files.Has("Gemfile") ? "bundle exec " : "";
        found.Say(rails ? "a Rails app" : "a Rack app (config.ru)");
        found.Add(Web(files, gems, bundle, rails));
        if (gems.Contains("sidekiq", StringComparison.Ordinal))
            found.Add(new FoundProcess("jobs", "bundle exec sidekiq", "sidekiq is among the gems"));
        else if (gems.Contains("solid_queue", StringComparison.Ordinal) && files.Has("bin/jobs"))
            found.Add(new FoundProcess("jobs", "bin/jobs", "solid_queue is among the gems"));
        if (bundle.Length > 0)
            found.AddBuild("bundle install", "there is a Gemfile");
        if (rails)
            LookAtRails(found);
        return true;
    }

    static FoundProcess Web(AppFiles files, string gems, string bundle, bool rails)
    {
        if (files.Text("config/puma.rb") is { } puma)
            return new FoundProcess("web", $"{bundle}puma -C config/puma.rb -b tcp://127.0.0.1:$PORT", "there is a config/puma.rb", Threads(puma));
        if (gems.Contains("puma", StringComparison.Ordinal))
            return new FoundProcess("web", $"{bundle}puma -b tcp://127.0.0.1:$PORT", "puma is among the gems");
        if (gems.Contains("unicorn", StringComparison.Ordinal))
            return new FoundProcess("web", $"{bundle}unicorn -l 127.0.0.1:$PORT", "unicorn is among the gems", (1, "a Unicorn worker answers one request at a time"));
        return rails
            ? new FoundProcess("web", "bin/rails server -b 127.0.0.1 -p $PORT", "there is a bin/rails")
            : new FoundProcess("web", $"{bundle}rackup -o 127.0.0.1 -p $PORT", "there is a config.ru");
    }

    static (int, string)? Threads(string puma) =>
        ThreadsLine().Match(puma) is { Success: true } match && int.TryParse(match.Groups[1].Value, out var threads) && threads is > 0 and <= 1_000
            ? (threads, "the threads that config/puma.rb gives each worker")
            : null;

    static void LookAtRails(Findings found)
    {
        if (found.Files.Has("app/assets"))
        {
            if (found.Build.All(known => !known.Command.Contains("assets:precompile", StringComparison.Ordinal)))
                found.AddBuild("bin/rails assets:precompile", "there are app/assets");
            found.Assets ??= ("public/assets", "where Rails puts what it precompiles");
        }
        if (found.Files.Has("storage"))
            found.Shared.Add(("storage", "Rails keeps uploads there"));
        if (found.Files.Has("db/migrate"))
            found.Release ??= ("bin/rails db:migrate", "there are db/migrate files");
        if (found.Files.Text("config/routes.rb") is { } routes && routes.Contains("rails/health#show", StringComparison.Ordinal))
            found.Ready ??= ("/up", "config/routes.rb has Rails' health page");
    }

    [GeneratedRegex(@"RAILS_MAX_THREADS""?'?\s*\)?\s*[,{]\s*(\d+)")]
    private static partial Regex ThreadsLine();
}
