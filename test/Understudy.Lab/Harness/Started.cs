using System.Collections.Concurrent;
using System.Diagnostics;

namespace Understudy.Lab.Harness;

/// <summary>A real program that a test started, stopped by its own pid at the end.</summary>
sealed class Started : IDisposable
{
    readonly ConcurrentQueue<string> _lines = [];

    public Started(string program, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? env = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder ?? "" };
        foreach (var (key, value) in env ?? new Dictionary<string, string>())
            start.Environment[key] = value;
        Process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        Process.OutputDataReceived += (_, line) => Keep(line.Data);
        Process.ErrorDataReceived += (_, line) => Keep(line.Data);
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
        Process.StandardInput.Close();
    }

    public Process Process { get; }

    public string Output => string.Join('\n', _lines);

    public bool Ended => Process.HasExited;

    /// <summary>Runs it to its end, which must be a good one.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> Well(TimeSpan within, string program, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? env = null)
    {
        using var started = new Started(program, arguments, folder, env);
        var code = await started.Exit(within);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}: {started.Output}");
        return started.Output;
    }

    /// <summary>Its exit code, once all that it printed is here.</summary>
    public async Task<int> Exit(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        await Process.WaitForExitAsync(limit.Token);
        return Process.ExitCode;
    }

    public void Dispose()
    {
        if (!Process.HasExited)
            Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
    }

    void Keep(string? line)
    {
        if (line is not null)
            _lines.Enqueue(line);
    }
}
