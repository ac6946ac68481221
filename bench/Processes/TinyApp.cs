using System.Diagnostics;
using System.Globalization;
using Understudy.Bench.Deploys;

namespace Understudy.Bench.Processes;

/// <summary>bench/native/upstream.c as an app that a host serves from its folder.</summary>
sealed class TinyApp : IDisposable
{
    public const string Name = "bench";
    static readonly TimeSpan ServesWithin = TimeSpan.FromSeconds(30);
    readonly Children _children;
    readonly string _folder;

    /// <param name="pool">More of the pool's configuration.</param>
    /// <param name="arguments">Of upstream.</param>
    public TinyApp(BenchOptions options, Children children, string pool, string arguments = "")
    {
        _children = children;
        _folder = children.NewFolder();
        // Reached by the workers' user.
        File.Copy(options.Native("upstream"), Path.Combine(_folder, "upstream"));
        File.WriteAllText(Path.Combine(_folder, "understudy.yaml"), $$"""
            app: {{Name}}
            processes:
              web:
                command: exec ./upstream {{arguments}}
                {{pool}}
                ready: {path: /up, within: 30s}

            """);
    }

    /// <summary>A line of agent.yaml.</summary>
    public string Hosted => $"apps: [{{path: {_folder}, user: nobody}}]\n";

    public void WaitUntilServed(DeployHost host)
    {
        var began = Stopwatch.StartNew();
        while (host.Workers() is not { Count: > 0 } workers || workers.Any(worker => worker.State != "ready"))
        {
            if (began.Elapsed > ServesWithin)
                throw new BenchFailure(string.Create(CultureInfo.InvariantCulture, $"not served within {ServesWithin.TotalSeconds:0} s\n{host.Verb("status")}"));
            _children.Pause(TimeSpan.FromMilliseconds(100));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
