namespace Understudy.Lab.Harness;

/// <summary>`understudy up` in a folder, as a person starts it.</summary>
sealed class Up : IAsyncDisposable
{
    readonly Started _up;

    public Up(string folder, int port, params string[] more)
    {
        Folder = folder;
        Port = port;
        _up = new Started(Repository.Binary, ["up", folder, "--port", $"{port}", .. more]);
    }

    public string Folder { get; }

    public int Port { get; }

    public string Root => Path.Combine(Folder, ".understudy");

    public string Output => _up.Output;

    public int Pid => _up.Process.Id;

    public Task Serving(TimeSpan within) => Eventually.Until($"it serves; it says: {Output}", within, async () =>
    {
        if (_up.Ended)
            throw new InvalidOperationException($"it ended: {Output}");
        using var client = new Client(Port);
        try
        {
            return (await client.Get("/")).Status < 500;
        }
        catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    });

    public Task<int> Exit(TimeSpan within) => _up.Exit(within);

    /// <summary>Ctrl-C, and nothing is left.</summary>
    public async Task Stop()
    {
        Kernel.Interrupt(Pid);
        Assert.True(await Exit(60.Seconds()) == 0, Output);
        Assert.Empty(Kernel.Marked(Root));
    }

    public ValueTask DisposeAsync()
    {
        _up.Dispose();
        foreach (var pid in Kernel.Marked(Root))
            Kernel.Kill(pid);
        return ValueTask.CompletedTask;
    }
}
