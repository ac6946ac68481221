using System.Text.Json;
using Understudy.Bench.Linux;

namespace Understudy.Bench.Fleets;

/// <summary>Hosts of `understudy lab` that serve bench/native/upstream.c.</summary>
sealed class LabFleet
{
    public readonly IReadOnlyList<string> Names;

    static readonly TimeSpan Within = TimeSpan.FromMinutes(4);
    readonly BenchOptions _options;
    readonly Children _children;
    readonly string _state;

    public LabFleet(BenchOptions options, Children children, int hosts)
    {
        (_options, _children) = (options, children);
        Names = [.. Enumerable.Range(1, hosts).Select(number => $"web-{number}")];
        var app = children.NewFolder();
        _state = Path.Combine(children.Folder, $"lab-of-{hosts}");
        File.Copy(options.Native("upstream"), Path.Combine(app, "upstream"));
        File.WriteAllText(Path.Combine(app, "understudy.yaml"), """
            app: bench
            processes:
              web:
                command: exec ./upstream
                workers: 2
                ready: {path: /up, within: 30s}

            """);
        children.AtEnd(Down);
        Lab("up", $"{hosts}", "--app", app);
    }

    /// <summary>A verb of `lab`, to its end.</summary>
    public string Lab(params string[] arguments) => _children.Run([_options.Binary, "lab", .. arguments, "--state", _state], Within);

    /// <summary>A verb at a host's agent, to its end.</summary>
    public string Verb(string host, params string[] arguments) => _children.Run([_options.Binary, .. arguments, "--root", Path.Combine(_state, host)], Within);

    public Child Load(string host, int rate, int seconds) =>
        _children.Start([_options.Binary, "lab", "load", "/up", "--rate", $"{rate}", "--seconds", $"{seconds}", "--clients", "32", "--host", host, "--json", "--state", _state]);

    public Child Crowd(int hosts, int seconds, int changes) =>
        _children.Start([_options.Binary, "lab", "crowd", $"{hosts}", "--seconds", $"{seconds}", "--changes", $"{changes}", "--json", "--state", _state]);

    /// <summary>What a load measured; it exits with 1 where a request failed.</summary>
    public static (long Requests, long Failed, double P99) Measured(Child load, TimeSpan within)
    {
        if (load.WaitForEnd(within) is not (0 or 1))
            throw new BenchFailure($"did not end as it should: {load.Command}\n{load.Said()}");
        using var figures = JsonDocument.Parse(load.Said().Split('\n').Last(line => line.StartsWith('{')));
        var root = figures.RootElement;
        return (root.GetProperty("requests").GetInt64(), root.GetProperty("failed").GetInt64(), root.GetProperty("p99Ms").GetDouble());
    }

    /// <summary>The host whose etcd leads.</summary>
    public string Leader()
    {
        for (var tries = 0; tries < 60; tries++)
        {
            if (Hosts("leader") is [var leader])
                return leader;
            _children.Pause(TimeSpan.FromSeconds(1));
        }
        throw new BenchFailure($"no host leads the store:\n{Verb(Names[0], "hosts")}");
    }

    /// <summary>Waits until each host sees both others, and all are heard.</summary>
    public void Whole()
    {
        for (var tries = 0; tries < 90; tries++)
        {
            using var status = JsonDocument.Parse(Lab("status", "--json").Split('\n').Last(line => line.StartsWith('[')));
            if (status.RootElement.EnumerateArray().All(host => host.GetProperty("seesUp").GetArrayLength() == Names.Count - 1 && host.GetProperty("state").GetString() == "serving") && Serving() == Names.Count)
                return;
            _children.Pause(TimeSpan.FromSeconds(1));
        }
        throw new BenchFailure($"the hosts are not well again:\n{Lab("status")}");
    }

    /// <summary>CPU so far of each host's process whose command line has this word, in the order of the names.</summary>
    public IReadOnlyList<TimeSpan> Cpu(string word)
    {
        var found = Names.ToDictionary(name => name, _ => TimeSpan.Zero);
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                var arguments = File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0');
                if ((arguments.Contains(word) || Path.GetFileName(arguments[0]) == word) && Names.FirstOrDefault(name => arguments.Any(argument => argument.StartsWith(Path.Combine(_state, name), StringComparison.Ordinal))) is { } host)
                    found[host] += ProcessFigures.Cpu(int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
            }
        }
        return [.. Names.Select(name => found[name])];
    }

    int Serving()
    {
        using var hosts = JsonDocument.Parse(Verb(Names[0], "hosts", "--json"));
        return hosts.RootElement.EnumerateArray().Count(host => host.GetProperty("state").GetString() == "serving");
    }

    List<string> Hosts(string role)
    {
        using var hosts = JsonDocument.Parse(Verb(Names[0], "hosts", "--json"));
        return [.. hosts.RootElement.EnumerateArray().Where(host => host.GetProperty("role").GetString() == role).Select(host => host.GetProperty("host").GetString()!)];
    }

    public void Down()
    {
        using var down = System.Diagnostics.Process.Start(_options.Binary, ["lab", "down", "--state", _state]);
        down.WaitForExit();
    }
}
