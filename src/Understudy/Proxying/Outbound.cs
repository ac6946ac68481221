using System.Net;
using System.Net.Http;
using System.Text;
using Yarp.ReverseProxy.Forwarder;

namespace Understudy.Proxying;

/// <summary>How requests leave for the workers: one client for all, which keeps connections by port.</summary>
internal static class Outbound
{
    /// <summary>HTTP/1.1 only; the sweeper enforces the request timeout, so that no request needs a timer.</summary>
    public static ForwarderRequestConfig Config { get; } = new()
    {
        ActivityTimeout = Timeout.InfiniteTimeSpan,
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public static HttpMessageInvoker CreateClient() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectCallback = WorkerStream.Connect,
        ConnectTimeout = TimeSpan.FromSeconds(1),
        MaxConnectionsPerServer = int.MaxValue,
        // Idle connections are looked through once a second: none gets to be older than 1.9 s, which is less than Puma's,
        // Node's or gunicorn's own keep-alive. A shorter one, told by the worker in a Keep-Alive header, is respected.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(0.9),
        MaxResponseHeadersLength = 64,
        MaxResponseDrainSize = 0,
        Expect100ContinueTimeout = TimeSpan.FromSeconds(1),
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
    });
}
