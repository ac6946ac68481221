using System.Net;
using System.Net.Sockets;

namespace Understudy.Tests.Proxying;

/// <summary>A wire to a port that can freeze: connections are still accepted, as a locked-up machine's kernel does, and nothing passes any more.</summary>
sealed class FrozenWire : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stopping = new();
    readonly int to;
    volatile TaskCompletionSource? frozen;

    public FrozenWire(int to)
    {
        this.to = to;
        listener.Start(512);
        _ = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Freeze() => frozen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw()
    {
        var held = frozen;
        frozen = null;
        held?.SetResult();
    }

    public void Dispose()
    {
        stopping.Cancel();
        Thaw();
        listener.Dispose();
    }

    async Task Accept()
    {
        try
        {
            while (true) _ = Join(await listener.AcceptSocketAsync(stopping.Token));
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException or ObjectDisposedException) { }
    }

    async Task Join(Socket near)
    {
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        try
        {
            if (frozen is { } held) await held.Task.WaitAsync(stopping.Token);
            await far.ConnectAsync(new IPEndPoint(IPAddress.Loopback, to), stopping.Token);
            await Task.WhenAny(Pass(near, far), Pass(far, near));
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException) { }
        finally
        {
            near.Dispose();
        }
    }

    async Task Pass(Socket from, Socket into)
    {
        var buffer = new byte[65_536];
        try
        {
            while (await from.ReceiveAsync(buffer, stopping.Token) is > 0 and var read)
            {
                if (frozen is { } held) await held.Task.WaitAsync(stopping.Token);
                await into.SendAsync(buffer.AsMemory(0, read), stopping.Token);
            }
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException or ObjectDisposedException) { }
    }
}
