using System.Net;
using System.Net.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Understudy.Proxying;

/// <summary>Connections to one other host's proxy.</summary>
internal static class HopClient
{
    public static ForwarderRequestConfig Config { get; } = Outbound.ConfigOf(HttpVersion.Version20);

    public static HttpMessageInvoker Create(HopTrust trust)
    {
        var handler = Outbound.Handler();
        handler.SslOptions = trust.Client();
        // Before a lost SYN is sent again, after 1 s, the request has gone elsewhere.
        handler.ConnectTimeout = TimeSpan.FromMilliseconds(800);
        handler.EnableMultipleHttp2Connections = true;
        return new HttpMessageInvoker(handler);
    }
}
