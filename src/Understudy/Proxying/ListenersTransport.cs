using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Understudy.Proxying;

/// <summary>
/// Gives the server the proxy's own listening sockets, and can stop accepting without the server noticing: told to unbind, Kestrel
/// closes idle keep-alive connections under their clients (measured: 23 requests met end of file in 5 hand-overs).
/// </summary>
internal sealed class ListenersTransport : IConnectionListenerFactory, IDisposable
{
    readonly Listeners listeners;
    readonly CancellationTokenSource left = new();
    readonly ListenersConnections open;
    readonly SocketConnectionContextFactory connections;
    readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int accepting;

    public ListenersTransport(Listeners listeners, ListenersConnections open)
    {
        this.listeners = listeners;
        this.open = open;
        connections = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions { UnsafePreferInlineScheduling = true }, NullLogger.Instance);
    }

    public IReadOnlyList<Listener> Listeners => listeners.All;

    /// <summary>Completes when nothing is accepted any more and the sockets are closed here.</summary>
    public Task Closed => closed.Task;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = listeners.All.First(l => l.EndPoint.Equals(endpoint));
        Interlocked.Increment(ref accepting);
        return ValueTask.FromResult<IConnectionListener>(new Acceptor(this, listener));
    }

    /// <summary>Accepts no more and closes the listening sockets; connections live on. Where another process holds the same sockets, what waits in their queue is its to accept.</summary>
    public void StopAccepting() => left.Cancel();

    public void Dispose()
    {
        listeners.Dispose();
        connections.Dispose();
        left.Dispose();
    }

    /// <summary>Only when every accept is known to have ended: to close the socket under one could drop a connection that it had just taken from the queue.</summary>
    void Ended()
    {
        if (Interlocked.Decrement(ref accepting) != 0) return;
        listeners.Dispose();
        closed.TrySetResult();
    }

    sealed class Acceptor(ListenersTransport transport, Listener listener) : IConnectionListener
    {
        static readonly TimeSpan WhenOutOfFiles = TimeSpan.FromMilliseconds(50);
        static readonly TimeSpan WhenUnexpected = TimeSpan.FromSeconds(1);

        readonly CancellationTokenSource unbound = CancellationTokenSource.CreateLinkedTokenSource(transport.left.Token);
        int ended;

        public EndPoint EndPoint { get; } = listener.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (!unbound.IsCancellationRequested)
            {
                try
                {
                    var socket = await listener.Socket.AcceptAsync(unbound.Token);
                    socket.NoDelay = true;
                    var connection = transport.connections.Create(socket);
                    transport.open.Accepted(connection);
                    return connection;
                }
                catch (OperationCanceledException) when (unbound.IsCancellationRequested) { }
                catch (SocketException failed) when (failed.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    // The connection stays in the queue; asking again at once would only spin.
                    await Task.Delay(WhenOutOfFiles, CancellationToken.None);
                }
                catch (SocketException)
                {
                    // Reset while it was still in the queue.
                }
                catch (Exception unexpected) when (!unbound.IsCancellationRequested)
                {
                    // Left to Kestrel it would end the accepting for good, and nothing would show it.
                    await Console.Error.WriteLineAsync($"Connections to {EndPoint} could not be accepted: {unexpected.Message} It is tried again each second.");
                    await Task.Delay(WhenUnexpected, CancellationToken.None);
                }
            }

            if (Interlocked.Exchange(ref ended, 1) == 0) transport.Ended();
            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            unbound.Cancel();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            unbound.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
