using System.Net;
using System.Net.Sockets;

namespace Understudy.Lab.Harness;

/// <summary>A TCP relay that can be told to swallow what the server answers, while all that the client says still arrives.</summary>
sealed class DeafRelay : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _ending = new();
    readonly Uri _server;

    public DeafRelay(Uri server)
    {
        _server = server;
        _listener.Start();
        _ = Accept();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public bool Deaf { get; set; }

    public int SwallowedBytes { get; private set; }

    public void Dispose()
    {
        _ending.Cancel();
        _listener.Dispose();
        _ending.Dispose();
    }

    async Task Accept()
    {
        try
        {
            while (true)
                _ = Relay(await _listener.AcceptTcpClientAsync(_ending.Token));
        }
        catch (OperationCanceledException)
        {
        }
    }

    async Task Relay(TcpClient client)
    {
        using (client)
        {
            using var server = new TcpClient { NoDelay = true };
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(_server.Host, _server.Port, _ending.Token);
                await Task.WhenAny(Copy(client, server, answers: false), Copy(server, client, answers: true));
            }
            catch (Exception gone) when (gone is OperationCanceledException or SocketException)
            {
            }
        }
    }

    async Task Copy(TcpClient from, TcpClient to, bool answers)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int read; (read = await from.GetStream().ReadAsync(buffer, _ending.Token)) > 0;)
            {
                if (answers && Deaf)
                    SwallowedBytes += read;
                else
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _ending.Token);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or InvalidOperationException)
        {
        }
    }
}
