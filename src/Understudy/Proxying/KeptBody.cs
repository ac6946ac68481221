using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>Reads small bodies whole before a worker is chosen: a slow uploader holds no slot, and the request can be sent twice.</summary>
internal static class KeptBody
{
    /// <summary>Whether the body must be read now. Sets <see cref="Exchange.BodyKept"/> for requests without one.</summary>
    public static bool IsWanted(Exchange exchange)
    {
        var request = exchange.Context.Request;
        var can = exchange.Context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
        if (!can)
        {
            exchange.BodyKept = true;
            if (DescribesBody(request.Headers)) exchange.Context.Features.Set<IHttpRequestBodyDetectionFeature>(EmptyBody.Instance);
            return false;
        }

        // Without a length it may be a conversation (gRPC), whose second word comes after the answer's first.
        return request.ContentLength is <= RetryRules.KeptBodyBytes;
    }

    /// <summary>
    /// A DELETE with a Content-Type, say, and no body. HttpClient sends such headers only with content, which IHttpForwarder makes only
    /// where there is a body: so there is one, of no bytes.
    /// </summary>
    static bool DescribesBody(IHeaderDictionary headers)
    {
        var describes = headers.ContentType.Count > 0 || headers.ContentEncoding.Count > 0 || headers.ContentLanguage.Count > 0
            || headers.ContentDisposition.Count > 0 || headers.ContentLocation.Count > 0 || headers.ContentMD5.Count > 0
            || headers.ContentRange.Count > 0 || headers.Allow.Count > 0 || headers.Expires.Count > 0 || headers.LastModified.Count > 0;
        if (describes) headers.ContentLength = 0;
        return describes || headers.ContentLength == 0;
    }

    sealed class EmptyBody : IHttpRequestBodyDetectionFeature
    {
        public static EmptyBody Instance { get; } = new();

        public bool CanHaveBody => true;
    }

    public static async Task Read(Exchange exchange)
    {
        var length = (int)exchange.Context.Request.ContentLength!.Value;
        var buffer = exchange.Kept = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
        await exchange.Context.Request.Body.ReadExactlyAsync(buffer.AsMemory(0, length));
        exchange.KeptLength = length;
        exchange.BodyKept = true;
    }

    /// <summary>Lets the next attempt read the body from its start.</summary>
    public static void Rewind(Exchange exchange) =>
        exchange.Context.Request.Body = new MemoryStream(exchange.Kept!, 0, exchange.KeptLength, writable: false);
}
