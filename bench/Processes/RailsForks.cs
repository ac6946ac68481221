using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Understudy.Bench.Deploys;

namespace Understudy.Bench.Processes;

/// <summary>
/// samples/rails-shop as the founding team had it: one worker, a Puma cluster that has loaded all of Rails before it forks, with Redis connected before the fork.
/// Each fork is called what Passenger calls its own, so that passenger-memory-stats knows it.
/// </summary>
sealed class RailsForks
{
    static readonly TimeSpan ForksWithin = TimeSpan.FromMinutes(4);
    readonly Children _children;
    readonly SampleRepository _repository;
    readonly string _yaml;
    readonly int _metrics = Loopback.FreePort();

    public RailsForks(BenchOptions options, Children children)
    {
        _children = children;
        var redis = Loopback.FreePort();
        children.Start(["redis-server", "--port", $"{redis}", "--bind", "127.0.0.1", "--save", "", "--maxclients", "5000"]);
        var sample = Deploys.Sample.All.Single(one => one.Name == "rails-shop");
        _repository = new SampleRepository(sample, children);
        _yaml = Changed(File.ReadAllText(YamlPath), ("workers: {min: 2, max: 6}", "workers: 1"), ("within: 60s", "within: 240s"));
        _yaml += $"  RAILS_SHOP_SHARED_REDIS: \"1\"\n  REDIS_URL: redis://127.0.0.1:{redis}/0\n";
        File.AppendAllText(Path.Combine(_repository.Folder, "config", "puma.rb"), """

            worker_boot_timeout 240
            on_worker_boot { Process.setproctitle("Passenger RubyApp: /srv/shop (production)") }

            """);
        Host = new DeployHost(options, children, $"metrics: 127.0.0.1:{_metrics}\n");
    }

    public DeployHost Host { get; }

    string YamlPath => Path.Combine(_repository.Folder, "understudy.yaml");

    /// <summary>Deploys with so many forks, and waits until all of them are there, measured, and at rest.</summary>
    public void Become(int forks)
    {
        File.WriteAllText(YamlPath, Changed(_yaml, ("WEB_CONCURRENCY: \"0\"", $"WEB_CONCURRENCY: \"{forks}\"")));
        _repository.Commit($"{forks} forks");
        Host.Deploy(_repository.Folder);
        var began = Stopwatch.StartNew();
        while (Measured() < forks + 1)
        {
            if (began.Elapsed > ForksWithin)
                throw new BenchFailure($"not {forks} forks are there and measured within {ForksWithin.TotalSeconds:0} s, but {Measured()}\n{Host.Verb("status")}");
            _children.Pause(TimeSpan.FromSeconds(1));
        }
        // Puma's forks report to their master once more, and the collector of each has run.
        _children.Pause(TimeSpan.FromSeconds(10));
    }

    /// <summary>Looks so far at the connections of all processes, and the seconds that they took together.</summary>
    public (double Count, double Seconds) Scans()
    {
        using var http = new HttpClient();
        var page = http.GetStringAsync($"http://127.0.0.1:{_metrics}/metrics").GetAwaiter().GetResult();
        return (Of(page, "understudy_looks_total"), Of(page, "understudy_look_seconds_total"));
    }

    /// <summary>Processes of the app whose memory the agent knows.</summary>
    int Measured()
    {
        using var memory = JsonDocument.Parse(Host.Verb("memory", "--json"));
        return memory.RootElement.GetProperty("pools").EnumerateArray().Select(pool => pool.GetProperty("sum"))
            .Sum(sum => sum.GetProperty("processes").GetInt32() - sum.GetProperty("unmeasured").GetInt32());
    }

    static double Of(string page, string family)
    {
        var line = page.Split('\n').First(line => line.StartsWith(family + "{look=\"connections\"}", StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    static string Changed(string text, params ReadOnlySpan<(string From, string To)> changes)
    {
        foreach (var (from, to) in changes)
            text = text.Contains(from, StringComparison.Ordinal) ? text.Replace(from, to, StringComparison.Ordinal) : throw new BenchFailure($"samples/rails-shop has no `{from}` any more");
        return text;
    }
}
