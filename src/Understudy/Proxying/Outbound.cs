using System.Net;
using System.Net.Http;
using System.Text;
using Yarp.ReverseProxy.Forwarder;

namespace Understudy.Proxying;

/// <summary>How requests leave for the workers: one client for all, which keeps connections by port.</summary>
internal static class Outbound
{
    /// <summary>HTTP/1.1 only.</summary>
    public static ForwarderRequestConfig Config { get; } = ConfigOf(HttpVersion.Version11);

    public static HttpMessageInvoker CreateClient()
    {
        var handler = Handler();
        handler.ConnectCallback = WorkerStream.Connect;
        handler.ConnectTimeout = TimeSpan.FromSeconds(1);
        handler.MaxConnectionsPerServer = int.MaxValue;
        // Idle connections are looked through once a second: none gets to be older than 1.9 s, which is less than Puma's,
        // Node's or gunicorn's own keep-alive. A shorter one, told by the worker in a Keep-Alive header, is respected.
        handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(0.9);
        return new HttpMessageInvoker(handler);
    }

    /// <summary>The sweeper enforces the time limits, so that no request needs a timer.</summary>
    public static ForwarderRequestConfig ConfigOf(Version version) => new()
    {
        ActivityTimeout = Timeout.InfiniteTimeSpan,
        Version = version,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>A proxy's: what goes through is changed by nothing, header bytes included.</summary>
    public static SocketsHttpHandler Handler() => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = 64,
        MaxResponseDrainSize = 0,
        Expect100ContinueTimeout = TimeSpan.FromSeconds(1),
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
    };
}
