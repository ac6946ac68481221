using System.Net;
using System.Net.Http;
using System.Text;
using Yarp.ReverseProxy.Forwarder;

namespace Understudy.Proxying;

/// <summary>Connections to one other host's proxy.</summary>
internal static class HopClient
{
    /// <summary>The sweeper enforces the time limits, so that no request needs a timer.</summary>
    public static ForwarderRequestConfig Config { get; } = new()
    {
        ActivityTimeout = Timeout.InfiniteTimeSpan,
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public static HttpMessageInvoker Create(HopTrust trust) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        SslOptions = trust.Client(),
        // Before a lost SYN is sent again, after 1 s, the request has gone elsewhere.
        ConnectTimeout = TimeSpan.FromMilliseconds(800),
        EnableMultipleHttp2Connections = true,
        MaxResponseHeadersLength = 64,
        MaxResponseDrainSize = 0,
        Expect100ContinueTimeout = TimeSpan.FromSeconds(1),
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
    });
}
