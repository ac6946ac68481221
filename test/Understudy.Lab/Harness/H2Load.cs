using System.Globalization;

namespace Understudy.Lab.Harness;

/// <summary>h2load at a fixed rate over TLS and HTTP/2.</summary>
sealed class H2Load(int port, string name, int requests) : IDisposable
{
    readonly Started _run = new("h2load", ["-n", $"{requests}", "-c", "4", "-m", "8", "--rps", "100", $"--connect-to=127.0.0.1:{port}", $"https://{name}/pid"]);

    public bool Runs => !_run.Ended;

    public async Task NothingFails()
    {
        await _run.Exit(60.Seconds());
        Assert.Contains("Application protocol: h2", _run.Output, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{requests} succeeded, 0 failed, 0 errored, 0 timeout"), _run.Output, StringComparison.Ordinal);
        Assert.Contains($"status codes: {requests} 2xx", _run.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _run.Dispose();
}
