namespace Understudy.Tests.Proxying;

/// <summary>Hosts of one fleet, for a test's time.</summary>
public abstract class HopFleet : IAsyncDisposable
{
    readonly List<IAsyncDisposable> started = [];

    private protected HopAuthority Fleet { get; } = new();

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(started)) await one.DisposeAsync();
        Fleet.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task<HopHost> Host(string name, RawWorker? worker = null)
    {
        worker ??= RawWorker.Answering(name);
        var host = await HopHost.Start(name, Fleet.Give(name), worker);
        started.Add(worker);
        started.Add(host);
        return host;
    }

    /// <summary>A host that has none to work.</summary>
    private protected async Task<HopHost> WithoutWorkers(string name)
    {
        var host = await HopHost.Start(name, Fleet.Give(name));
        started.Add(host);
        return host;
    }

    /// <summary>A host without workers, which passes on all it gets.</summary>
    private protected async Task<HopHost> EntryTo(params HopHost[] others)
    {
        var entry = await WithoutWorkers("entry");
        entry.Knows(others);
        foreach (var other in others) await entry.Trusts(other);
        return entry;
    }
}
