using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Understudy.Proxying;

/// <summary>The listener for other hosts' proxies: HTTP/2 over mutual TLS and nothing else.</summary>
internal static class HopListener
{
    static readonly TimeSpan HandshakeWithin = TimeSpan.FromSeconds(2);

    public static void Use(ListenOptions listen, HopTrust trust)
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.Use(next => async connection =>
        {
            var hop = new HopConnection();
            connection.Features.Set(hop);
            try
            {
                await next(connection);
            }
            finally
            {
                if (!hop.Known) trust.CountRefused();
            }
        });
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = HandshakeWithin,
            OnConnection = async _ =>
            {
                // The private key's work comes next: not on the thread that serves every other connection.
                await Task.Yield();
                return trust.Server ?? throw new InvalidOperationException("This host has no certificate of the fleet.");
            },
        });
        listen.Use(next => connection =>
        {
            connection.Features.Get<HopConnection>()!.Known = true;
            return next(connection);
        });
    }
}

/// <summary>Marks a connection, and so its requests, as another host's proxy's.</summary>
internal sealed class HopConnection
{
    /// <summary>It has shown a certificate of the fleet.</summary>
    public bool Known;
}
