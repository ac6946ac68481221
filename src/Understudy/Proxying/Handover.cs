using System.Net.Sockets;

namespace Understudy.Proxying;

/// <summary>
/// The successor's side of a hand-over. It takes the running proxy's listening sockets, serves on them, puts its own control socket in
/// place, and only then tells the old one to leave. Whatever goes wrong before that, the old one serves on.
/// </summary>
internal sealed class Handover : IDisposable
{
    static readonly byte[] HandoverCommand = "handover\n"u8.ToArray();
    static readonly byte[] InFlightCommand = "inflight\n"u8.ToArray();
    static readonly byte[] LeaveCommand = "leave\n"u8.ToArray();
    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);
    static readonly TimeSpan FollowEvery = TimeSpan.FromMilliseconds(100);
    static readonly IReadOnlyDictionary<string, int> Nothing = new Dictionary<string, int>();

    readonly ControlConnection old;
    readonly TimeProvider time;

    Handover(ControlConnection old, IReadOnlyDictionary<string, Socket> sockets, TimeProvider time)
    {
        this.old = old;
        this.time = time;
        Sockets = sockets;
    }

    /// <summary>The old proxy's listening sockets by their keys: see <see cref="Listener"/>. Whoever opens the listeners owns them.</summary>
    public IReadOnlyDictionary<string, Socket> Sockets { get; }

    /// <summary>Null: no proxy runs here.</summary>
    /// <exception cref="OperationRefused">One runs and does not hand over.</exception>
    public static async Task<Handover?> Ask(string path, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerWithin);
        ControlConnection? old = null;
        var fds = new List<SafeSocketHandle>();
        try
        {
            old = await ControlConnection.Open(path, limit.Token);
            var answer = await old.Ask(HandoverCommand, limit.Token, fds);
            if (answer.Listeners is { } keys && keys.Count == fds.Count)
                return new Handover(old, keys.Zip(fds).ToDictionary(p => p.First, p => new Socket(p.Second)), time);
            throw new OperationRefused($"The running proxy (process {old.PeerPid}, {path}) does not hand over: {answer.Error ?? "its answer is not understood."} Wait a moment and start again, or stop it first: `kill {old.PeerPid}`.");
        }
        catch (SocketException none) when (old is null && (none.SocketErrorCode == SocketError.ConnectionRefused || !File.Exists(path)))
        {
            return null;
        }
        catch (SocketException failed) when (old is null)
        {
            throw new OperationRefused($"The control socket of the running proxy, {path}, cannot be reached: {failed.Message}. Start as the user that the running proxy has, or stop that one first.");
        }
        catch (Exception failed)
        {
            var pid = old?.PeerPid ?? 0;
            old?.Dispose();
            foreach (var fd in fds) fd.Dispose();
            cancellation.ThrowIfCancellationRequested();
            if (failed is OperationCanceledException)
                throw new OperationRefused($"The running proxy (process {pid}, {path}) does not answer within {AnswerWithin.TotalSeconds} s: it is frozen or stopped. End it with `kill -9 {pid}`, then start again.");
            // It ended under our hands: as if none had been there.
            if (failed is SocketException or IOException) return null;
            throw;
        }
    }

    /// <summary>Requests inside each worker that came through the old proxy; null once it is gone.</summary>
    public async Task<IReadOnlyDictionary<string, int>?> InFlight()
    {
        using var limit = new CancellationTokenSource(AnswerWithin, time);
        try
        {
            return (await old.Ask(InFlightCommand, limit.Token)).InFlight ?? Nothing;
        }
        catch (Exception gone) when (gone is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Say it once this proxy accepts and answers at the control path. False: the old one is gone already.</summary>
    public async Task<bool> Leave()
    {
        using var limit = new CancellationTokenSource(AnswerWithin, time);
        try
        {
            return (await old.Ask(LeaveCommand, limit.Token)).Done;
        }
        catch (Exception gone) when (gone is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Passes the old proxy's in-flight counts on until it has gone; the last ones are none.</summary>
    public async Task Follow(Action<IReadOnlyDictionary<string, int>> foreign, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(FollowEvery, time);
        try
        {
            while (await InFlight() is { } counts)
            {
                foreign(counts);
                await timer.WaitForNextTickAsync(cancellation);
            }
        }
        catch (OperationCanceledException) { }

        foreign(Nothing);
    }

    /// <summary>Before <see cref="Leave"/>: the old proxy serves on.</summary>
    public void Dispose() => old.Dispose();
}
