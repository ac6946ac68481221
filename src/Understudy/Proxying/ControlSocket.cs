using System.Net.Sockets;
using Understudy.Linux;

namespace Understudy.Proxying;

/// <summary>
/// The proxy's control socket: a command line in, a JSON line out. A new proxy's appears over the old one's by rename, so that at
/// each moment exactly one proxy answers at the path.
/// </summary>
internal sealed class ControlSocket : IAsyncDisposable
{
    const int MostSessions = 64;
    const int Backlog = 1024;

    readonly string path;
    readonly ControlCommands commands;
    readonly CancellationTokenSource stopped = new();
    readonly Lock gate = new();
    readonly HashSet<Task> sessions = [];
    readonly SemaphoreSlim free = new(MostSessions);
    Socket listening;
    FileIdentity? own;
    ControlSession? successor;

    ControlSocket(string path, ControlCommands commands)
    {
        this.path = path;
        this.commands = commands;
        (listening, own) = Bind(path);
        _ = Accept(listening);
    }

    /// <exception cref="OperationRefused">The path is too long, or its folder cannot be written.</exception>
    public static ControlSocket Start(string path, ControlCommands commands)
    {
        try
        {
            return new ControlSocket(path, commands);
        }
        catch (Exception refused) when (refused is SocketException or IOException or UnauthorizedAccessException)
        {
            throw new OperationRefused($"The proxy cannot create its control socket {path}: {refused.Message}. Check that its folder exists and that this user may write there.");
        }
    }

    /// <summary>A successor answers at the path.</summary>
    public bool HandedOver { get; set; }

    /// <summary>One successor at a time: false while another has the offer.</summary>
    public bool Offer(ControlSession session)
    {
        lock (gate)
        {
            if (successor is not null && successor != session) return false;
            successor = session;
            return true;
        }
    }

    /// <summary>A successor died before it said that it serves. If it had taken the path already, the path is taken back.</summary>
    public void OfferLapsed(ControlSession session)
    {
        lock (gate)
        {
            if (successor != session) return;
            successor = null;
            if (stopped.IsCancellationRequested || FileIdentity.Of(path) == own) return;
            try
            {
                var old = listening;
                (listening, own) = Bind(path);
                old.Dispose();
                _ = Accept(listening);
            }
            catch (Exception lost) when (lost is SocketException or IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"The proxy could not take its control socket {path} back from a successor that died: {lost.Message}. It serves on; `understudy proxy` cannot take over from it until it is restarted.");
            }
        }
    }

    /// <summary>Answers what was asked, then closes. The path goes too, unless it is a successor's by now.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] left;
        lock (gate)
        {
            if (stopped.IsCancellationRequested) return;
            stopped.Cancel();
            if (successor is null && FileIdentity.Of(path) == own) File.Delete(path);
            listening.Dispose();
            left = [.. sessions];
        }

        await Task.WhenAll(left);
        stopped.Dispose();
        free.Dispose();
    }

    /// <summary>Bound and listening beside the path first: at the path itself somebody answers from the first moment on.</summary>
    static (Socket, FileIdentity?) Bind(string path)
    {
        _ = ControlSocketPath.EndPoint(path);
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var beside = Path.Combine(folder, ".p" + Environment.ProcessId);
        File.Delete(beside);
        var socket = ControlSocketPath.NewSocket();
        try
        {
            socket.Bind(ControlSocketPath.EndPoint(beside));
            File.SetUnixFileMode(beside, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
            var identity = FileIdentity.Of(beside);
            File.Move(beside, path, overwrite: true);
            return (socket, identity);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    async Task Accept(Socket from)
    {
        try
        {
            while (true)
            {
                await free.WaitAsync(stopped.Token);
                var client = await from.AcceptAsync(stopped.Token);
                lock (gate)
                {
                    if (stopped.IsCancellationRequested)
                    {
                        client.Dispose();
                        return;
                    }

                    var session = new ControlSession(client, this, commands);
                    var running = session.Run(stopped.Token);
                    sessions.Add(running);
                    _ = running.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed, or bound anew by OfferLapsed: then the place that this accept held goes to the new one.
            lock (gate)
                if (!stopped.IsCancellationRequested) free.Release();
        }
    }

    void Forget(Task session)
    {
        lock (gate)
        {
            sessions.Remove(session);
            if (!stopped.IsCancellationRequested) free.Release();
        }
    }
}
