using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Understudy.Proxying;

/// <summary>Kestrel without the hosting pipeline (which would make an activity and a scope for each request), feeding the request path.</summary>
internal sealed class ProxyServer : IAsyncDisposable
{
    readonly WebApplication parts;
    readonly IServer server;

    ProxyServer(WebApplication parts, ProxyRuntime runtime)
    {
        this.parts = parts;
        server = parts.Services.GetRequiredService<IServer>();
        Runtime = runtime;
    }

    public ProxyRuntime Runtime { get; }

    /// <summary>What this process must be told before it makes its first socket: socket completions run on the thread that polls.</summary>
    public static void PrepareProcess()
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        RefuseBareLineFeeds();
    }

    static void RefuseBareLineFeeds() => AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);

    /// <param name="routes">The route table's path; null where <see cref="ProxyRuntime.Apply"/> is called instead.</param>
    /// <param name="listen">Adds the endpoints.</param>
    /// <param name="trust">By what other hosts' proxies are known.</param>
    /// <param name="transport">Accepts the connections; null: Kestrel's own sockets.</param>
    public static ProxyServer Create(string? routes, Action<string> complain, Action<KestrelServerOptions> listen, HopTrust trust, ListenersTransport? transport = null)
    {
        RefuseBareLineFeeds();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.UseSockets(options => options.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(options =>
        {
            Limit(options);
            listen(options);
        });
        builder.Services.AddHttpForwarder();
        if (transport is not null) builder.Services.AddSingleton<IConnectionListenerFactory>(transport);
        var parts = builder.Build();
        return new ProxyServer(parts, new ProxyRuntime(parts.Services.GetRequiredService<IHttpForwarder>(), routes, trust, complain));
    }

    static void Limit(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.AllowSynchronousIO = false;
        options.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        options.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        var limits = options.Limits;
        limits.MaxRequestLineSize = 16 * 1024;
        limits.MaxRequestHeadersTotalSize = 64 * 1024;
        limits.MaxRequestHeaderCount = 200;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
        // Set per request, from the app's own limit.
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.Http2.MaxRequestHeaderFieldSize = 64 * 1024;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }

    /// <summary>The TCP ports listened on, once started.</summary>
    public IEnumerable<int> Ports
    {
        get
        {
            foreach (var address in server.Features.Get<IServerAddressesFeature>()!.Addresses) yield return BindingAddress.Parse(address).Port;
        }
    }

    public async Task Start()
    {
        Runtime.Start();
        await server.StartAsync(Runtime.Path, CancellationToken.None);
    }

    /// <summary>Closes the listeners, lets requests end until <paramref name="cancellation"/>, then cuts them off.</summary>
    public Task Stop(CancellationToken cancellation) => server.StopAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync(new CancellationToken(canceled: true));
        await Runtime.DisposeAsync();
        await parts.DisposeAsync();
    }
}
