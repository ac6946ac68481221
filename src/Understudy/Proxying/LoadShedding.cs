using Microsoft.AspNetCore.Http;
using Understudy.Decisions.Proxying;
using Understudy.Linux;

namespace Understudy.Proxying;

/// <summary>Answers a share of the requests with 503 while the agent's memory guard says so, by a word in memory that both have mapped.</summary>
internal sealed class LoadShedding : IDisposable
{
    readonly SharedWord? word;

    /// <param name="path">Null, or a file that can be neither made nor opened: nothing is shed.</param>
    public LoadShedding(string? path, Action<string> complain)
    {
        if (path is null) return;
        try
        {
            word = SharedWord.Open(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            complain($"{path} cannot be opened, so no load is shed when memory runs out: {refused.Message}");
        }
    }

    /// <summary>Whether this request is shed, and counted so. The page by which balancers and monitors ask for the app's health never is.</summary>
    public bool Sheds(Exchange exchange)
    {
        var now = word?.Value ?? 0;
        if (now == 0 || Shedding.PerMille(now, BootClock.Now) is not (> 0 and var perMille) || Random.Shared.Next(1000) >= perMille || IsHealth(exchange)) return false;
        var pool = exchange.App!.Pool;
        lock (pool.Gate) pool.Figures.Shed++;
        return true;
    }

    public void Dispose() => word?.Dispose();

    static bool IsHealth(Exchange exchange)
    {
        if (!HttpMethods.IsGet(exchange.Context.Request.Method) && !HttpMethods.IsHead(exchange.Context.Request.Method)) return false;
        var path = exchange.Target.AsSpan();
        var query = path.IndexOf('?');
        return (query < 0 ? path : path[..query]).SequenceEqual(exchange.App!.Route.Pool.ReadyPath);
    }
}
