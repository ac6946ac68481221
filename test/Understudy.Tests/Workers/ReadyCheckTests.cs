using System.Net;
using System.Net.Sockets;
using System.Text;
using Understudy.Workers;

namespace Understudy.Tests.Workers;

public class ReadyCheckTests
{
    [Theory]
    [InlineData("/up", "/up 200", "/up")]
    [InlineData("/up", "/up 204", "/up")]
    [InlineData("/up", "/up 302", null)]
    [InlineData("/up", "/up 404,/ 200", null)]
    [InlineData(null, "/up 200", "/up")]
    [InlineData(null, "/up 404,/ 200", "/")]
    [InlineData(null, "/up 404,/ 302", "/")]
    [InlineData(null, "/up 404,/ 500", null)]
    [InlineData(null, "/up 503,/ 200", null)]
    public async Task A_worker_is_ready_by_the_page_that_is_asked_of_it(string? configured, string answers, string? expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Answer(listener, answers.Split(',').Select(answer => answer.Split(' ')).ToDictionary(pair => pair[0], pair => pair[1]));
        Assert.Equal(expected, await ReadyCheck.Ask(((IPEndPoint)listener.LocalEndpoint).Port, [], configured));
        listener.Stop();
        await serving;
    }

    [Fact]
    public async Task Nobody_listening_is_not_ready() => Assert.Null(await ReadyCheck.Ask(1, [], "/up"));

    static async Task Answer(TcpListener listener, Dictionary<string, string> answers)
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync();
                var length = await socket.ReceiveAsync(buffer);
                var path = Encoding.ASCII.GetString(buffer, 0, length).Split(' ')[1];
                await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answers[path]} Something\r\nContent-Length: 0\r\n\r\n"));
            }
        }
        catch (Exception stopped) when (stopped is SocketException or InvalidOperationException) { }
    }
}
