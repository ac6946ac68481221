using System.Net.Http;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Understudy.Decisions.Proxying;
using Yarp.ReverseProxy.Forwarder;

namespace Understudy.Proxying;

/// <summary>
/// A request's way through the proxy: admit, route, answer it here where it asks for an asset or the app is maintained, keep a small body, take a worker or a place in its queue, forward, and on failure
/// do what the rules say. Runs on the socket's own thread from end to end, so nothing here may block.
/// </summary>
internal sealed class RequestPath(IHttpForwarder forwarder, HttpMessageInvoker client, Func<Routing> routing) : IHttpApplication<Exchange>
{
    volatile bool leaving;

    /// <summary>Called at the end of each request while the route table asks for an access log.</summary>
    public AccessSink? AccessSink { get; set; }

    /// <summary>Null: load is never shed.</summary>
    public LoadShedding? Shedding { get; set; }

    /// <summary>A newer proxy has the listeners: answers ask the clients to connect anew.</summary>
    public bool Leaving
    {
        get => leaving;
        set => leaving = value;
    }

    public Exchange CreateContext(IFeatureCollection contextFeatures)
    {
        Exchange exchange;
        if (contextFeatures is IHostContextContainer<Exchange> container) exchange = container.HostContext ??= First(contextFeatures);
        else exchange = First(contextFeatures);
        exchange.Begin(contextFeatures, Clock.Ticks);
        return exchange;
    }

    /// <summary>Kestrel keeps the exchange with the connection (HTTP/1.1) or the stream (HTTP/2), so this is not on every request's way.</summary>
    Exchange First(IFeatureCollection features)
    {
        Http2Use.Mark(features);
        return new Exchange(features, this) { Hop = features.Get<HopConnection>() };
    }

    public Task ProcessRequestAsync(Exchange exchange)
    {
        if (leaving) SayAsItStarts(exchange.Context);
        if (HopProbe.IsProbe(exchange)) return HopProbe.Answer(exchange.Context, routing().Find(exchange.Context.Request.Headers.Host.ToString()));
        var refusal = Admission.Refuse(exchange, routing());
        if (refusal is not null) return refusal;
        var app = exchange.App!;
        if (Shedding?.Sheds(exchange) == true) return Pages.WriteShed(exchange.Context, exchange.RequestId, Closes(exchange.Context), declined: exchange.Hop is not null);
        if (app.Maintenance is { } maintenance) return maintenance.Answer(exchange.Context, exchange.RequestId);
        return app.Assets is { } assets && exchange.Context.Request.Method is "GET" or "HEAD" && assets.Mean(exchange.Target)
            ? ServeFile(exchange, assets)
            : Serve(exchange);
    }

    async Task ServeFile(Exchange exchange, AppAssets assets)
    {
        if (!await assets.TryAnswer(exchange)) await Serve(exchange);
    }

    async Task Serve(Exchange exchange)
    {
        var context = exchange.Context;
        var pool = exchange.App!.Pool;
        if (KeptBody.IsWanted(exchange) && !await Keep(exchange)) return;
        while (true)
        {
            if (exchange.Hop is null && exchange.App.Hosts.Take(exchange) is { } host)
            {
                var passed = await Pass(exchange, host);
                if (passed is null) continue;
                await passed;
                return;
            }

            var grant = pool.Take(exchange);
            if (grant == Grant.Queued) grant = await Wait(exchange, pool);
            if (grant == Grant.Withdrawn) return;
            if (grant == Grant.Elsewhere) continue;
            if (grant == Grant.Refused)
            {
                await Pages.Write(context, 503, Pages.Full, exchange.RequestId, Closes(context), declined: exchange.Hop is not null);
                return;
            }

            exchange.Attempts++;
            if (exchange.Kept is not null) KeptBody.Rewind(exchange);
            var worker = exchange.Worker!;
            exchange.LastWorker = worker.Route.Id;
            var error = await forwarder.SendAsync(context, worker.Prefix, client, Outbound.Config, exchange.Transform, exchange.Cancellation.Token);
            var aborted = pool.Leave(exchange);
            if (error == ForwarderError.None) return;
            var answer = Failures.Settle(exchange, worker, error, aborted);
            if (answer is null) continue;
            await answer;
            return;
        }
    }

    /// <summary>One attempt at another host. Null: the request is to be tried again. Else what is left to await.</summary>
    async Task<Task?> Pass(Exchange exchange, RoutedHost host)
    {
        exchange.Attempts++;
        if (exchange.Kept is not null) KeptBody.Rewind(exchange);
        exchange.LastWorker = host.Route.Name;
        var error = await forwarder.SendAsync(exchange.Context, host.Prefix, host.Client, HopClient.Config, exchange.Transform, exchange.Cancellation.Token);
        var aborted = exchange.App!.Hosts.Leave(exchange);
        return error == ForwarderError.None && !exchange.Declined ? Task.CompletedTask : Failures.Settle(exchange, host, error, aborted);
    }

    static async Task<bool> Keep(Exchange exchange)
    {
        try
        {
            await KeptBody.Read(exchange);
            return true;
        }
        catch (BadHttpRequestException bad)
        {
            await Pages.Write(exchange.Context, bad.StatusCode, "The request's body could not be read.", exchange.RequestId, close: true);
            return false;
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            exchange.Context.Abort();
            return false;
        }
    }

    static async ValueTask<Grant> Wait(Exchange exchange, PoolDispatch pool)
    {
        using var gone = exchange.Context.RequestAborted.UnsafeRegister(
            static state => ((Exchange)state!).App!.Pool.Withdraw((Exchange)state), exchange);
        return await exchange.Settled;
    }

    /// <summary>A body that was not read would have to be, before the connection could be used again.</summary>
    static bool Closes(HttpContext context) => context.Request.ContentLength is > RetryRules.KeptBodyBytes || context.Request.Headers.TransferEncoding.Count > 0;

    /// <summary>For the proxy's own answers. A worker's say it as their headers are copied, also where the request came before the hand-over.</summary>
    void SayAsItStarts(HttpContext context) => context.Response.OnStarting(() =>
    {
        if (context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols) SayIfLeaving(context);
        return Task.CompletedTask;
    });

    public void SayIfLeaving(HttpContext context)
    {
        if (!leaving) return;
        if (context.Request.Protocol.StartsWith("HTTP/1", StringComparison.Ordinal)) context.Response.Headers.Connection = "close";
        else context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    public void DisposeContext(Exchange exchange, Exception? exception)
    {
        var context = exchange.Context;
        var ticks = Clock.Ticks - exchange.StartedAt;
        var status = context.Response.StatusCode;
        if (context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted) status = AppCounters.ClientGone;
        exchange.App?.Counters.Count(status, ticks);
        // A probe has no app here.
        if (AccessSink is { } sink && !HopProbe.IsProbe(exchange) && routing().Table.AccessLog) Log(sink, exchange, status, ticks);
        exchange.End();
    }

    /// <summary>The client as the proxy saw it that took the request.</summary>
    static string LastOf(string forwardedFor) => forwardedFor[(forwardedFor.LastIndexOf(',') + 1)..].Trim();

    static void Log(AccessSink sink, Exchange exchange, int status, long ticks)
    {
        var request = exchange.Context.Request;
        sink(new AccessEntry(exchange.App?.Name, exchange.LastWorker, request.Protocol, request.Method, request.Headers.Host.ToString(), exchange.Target, status,
            exchange.Hop is null ? exchange.PeerText : LastOf(request.Headers["X-Forwarded-For"].ToString()), exchange.RequestId, Clock.Milliseconds(ticks), Clock.Milliseconds(exchange.QueuedTicks), exchange.Attempts,
            request.Headers.UserAgent, request.Headers.Referer, exchange.Context.Response.ContentLength));
    }
}
