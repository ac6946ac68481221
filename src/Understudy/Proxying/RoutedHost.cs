using System.Net.Http;
using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>What the proxy knows of another host as a place for one app's requests. All but its answers' time is guarded by the pool's gate.</summary>
internal sealed class RoutedHost(HostRoute route, HopTrust trust, TimeSpan now) : Destination($"https://{route.Address}"), IDisposable
{
    long failures;
    HttpMessageInvoker client = HopClient.Create(trust);
    HttpMessageInvoker? former;

    public HostRoute Route { get; } = route;

    public HostHealth Health = HostHealth.New(now);

    /// <summary>Requests that it can work on at a time, as it said last.</summary>
    public int Slots;

    /// <summary>Requests of other proxies, and its own clients', that it had when it spoke last.</summary>
    public int Others;

    /// <summary>A probe is on its way; only the prober writes it.</summary>
    public bool Probing;

    public HttpMessageInvoker Client => Volatile.Read(ref client);

    public int Outstanding => InFlight + Others;

    public long Failures => Volatile.Read(ref failures);

    public TimeSpan? LastAnswered => Volatile.Read(ref LastAnswer) is not 0 and var ticks ? Clock.Time(ticks) : null;

    public void Answered(long ticks) => Volatile.Write(ref LastAnswer, ticks);

    /// <summary>It gave no whole answer.</summary>
    public void Failed() => Interlocked.Increment(ref failures);

    /// <summary>What it said of itself in answer to a probe.</summary>
    public void Heard(int outstanding, int slots) => (Others, Slots) = (Math.Max(0, outstanding - InFlight), slots);

    /// <summary>
    /// New connections from here on: those that are there may be dead without a word, and after a cut they would come back only when the
    /// kernel sends again, which may be many seconds later.
    /// </summary>
    public void ConnectAnew()
    {
        // Requests that were handed the former one a moment ago may yet begin on it; by the next time it is long out of use.
        former?.Dispose();
        former = client;
        Volatile.Write(ref client, HopClient.Create(trust));
    }

    public void Dispose()
    {
        client.Dispose();
        former?.Dispose();
    }
}
