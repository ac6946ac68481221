using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Understudy.Proxying;

/// <summary>The clients' open connections: how many there are, and how to be rid of them without an error at the client.</summary>
internal sealed class ListenersConnections
{
    /// <summary>
    /// How long an HTTP/2 client that was told to go elsewhere has to close. An end, or a reset, close behind the GOAWAY fails the request that was about
    /// to be sent in .NET's client (measured: in 11 hand-overs of 70).
    /// </summary>
    static readonly TimeSpan ClientClosesWithin = TimeSpan.FromSeconds(2);

    readonly ConcurrentDictionary<ConnectionContext, bool> open = new();
    volatile bool leaving;
    TaskCompletionSource? empty;

    public int Count => open.Count;

    /// <summary>Counts a connection from its acceptance: until the server turns to it, it is on its way through the thread pool.</summary>
    public void Accepted(ConnectionContext connection)
    {
        open.TryAdd(connection, false);
        // A half-closed client's request goes on after this event, so it counts only for one that the server never turned to.
        connection.ConnectionClosed.UnsafeRegister(_ => Remove(connection, unwatched: true), null);
    }

    /// <summary>Call before UseHttps, so that a connection in its handshake counts too.</summary>
    public void Watch(ListenOptions listen) => listen.Use(next => async connection =>
    {
        open[connection] = true;
        var use = new Http2Use();
        connection.Features.Set(use);
        try
        {
            await next(connection);
            if (leaving && use.Begun) await ReadToEnd(connection);
        }
        finally
        {
            Remove(connection, unwatched: false);
        }
    });

    /// <summary>
    /// Tells HTTP/2 clients to go elsewhere (GOAWAY): what is in flight ends, and what crossed it on the wire is safe to send again. A connection
    /// without a request yet is told with its first one: Kestrel would send it the GOAWAY before its SETTINGS, and clients take that for an error.
    /// </summary>
    public void CloseHttp2Gracefully()
    {
        leaving = true;
        foreach (var connection in open.Keys)
            if (connection.Features.Get<Http2Use>() is { Begun: true }) RequestClose(connection);
    }

    /// <summary>Closes idle connections now, the others after the request that they are in.</summary>
    public void CloseWhenIdle()
    {
        foreach (var connection in open.Keys) RequestClose(connection);
    }

    public void Abort()
    {
        foreach (var connection in open.Keys) connection.Abort(new ConnectionAbortedException("The proxy is stopping."));
    }

    /// <summary>Completes at the first moment without a connection. Ask only once nothing is accepted any more.</summary>
    public Task Empty()
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref empty, waiting);
        if (open.IsEmpty) waiting.TrySetResult();
        return waiting.Task;
    }

    void Remove(ConnectionContext connection, bool unwatched)
    {
        if (unwatched ? !open.TryRemove(new(connection, false)) : !open.TryRemove(connection, out _)) return;
        if (open.IsEmpty) Volatile.Read(ref empty)?.TrySetResult();
    }

    static async Task ReadToEnd(ConnectionContext connection)
    {
        using var deadline = new CancellationTokenSource(ClientClosesWithin);
        try
        {
            while (true)
            {
                var read = await connection.Transport.Input.ReadAsync(deadline.Token);
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return;
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException or InvalidOperationException) { }
    }

    static void RequestClose(ConnectionContext connection) => connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
}
