using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Understudy.Proxying;

/// <summary>Whether a client's connection has carried an HTTP/2 request yet: a feature of the connection, visible to its requests.</summary>
internal sealed class Http2Use
{
    volatile bool begun;

    public bool Begun => begun;

    public static void Mark(IFeatureCollection requestFeatures)
    {
        if (requestFeatures.Get<Http2Use>() is { } use && HttpProtocol.IsHttp2(requestFeatures.GetRequiredFeature<IHttpRequestFeature>().Protocol)) use.begun = true;
    }
}
