using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Understudy.Lab.Harness;

/// <summary>Visitors of a sample shop who look, fill a cart and order, over and over. One whose order got no good answer sends the same form again, as people do.</summary>
sealed partial class Buyers : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<string, bool> _ordered = [];
    readonly ConcurrentQueue<string> _failures = [];
    readonly ConcurrentQueue<int> _lost = [];
    readonly Task _running;
    readonly int _port;
    readonly IPAddress? _address;
    int _bought;

    /// <param name="address">Null: this machine's own.</param>
    public Buyers(int port, int visitors, IPAddress? address = null)
    {
        (_port, _address) = (port, address);
        _running = Task.WhenAll(Enumerable.Range(0, visitors).Select(_ => Task.Run(Run)));
    }

    public int Bought => _bought;

    /// <summary>Pages asked by GET that failed, and orders that no number of tries could place.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>POSTs that were answered 502: they were inside a worker when it died.</summary>
    public int Lost => _lost.Count;

    public async Task More(int orders)
    {
        var wanted = _bought + orders;
        await Eventually.Until($"{orders} more orders ({_failures.FirstOrDefault()})", 60.Seconds(), () => _bought >= wanted);
    }

    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <summary>Every order that was confirmed is written, and none twice.</summary>
    public async Task OrdersAreWrittenOnce()
    {
        using var client = new Client(_port, _address);
        using var document = JsonDocument.Parse((await client.Get("/orders.json")).Body);
        var written = document.RootElement.GetProperty("orders").EnumerateArray().Select(order => order.GetProperty("token").GetString()!).ToList();
        Assert.Equal(written.Count, written.Distinct().Count());
        Assert.Empty(_ordered.Keys.Except(written));
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _stop.Dispose();
    }

    async Task Run()
    {
        using var client = new Client(_port, _address);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Buy(client);
                Interlocked.Increment(ref _bought);
            }
            catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException or OperationCanceledException or FormatException or InvalidDataException)
            {
                _failures.Enqueue($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {failure.Message}");
            }
            await Eventually.Pause(10);
        }
    }

    async Task Buy(Client client)
    {
        Good(await client.Get("/"), 200);
        Good(await client.Get("/?q=thunder"), 200);
        Good(await client.Get("/products/ghost-light"), 200);
        // Putting something into the cart changes nothing on the server, but it is a POST: it may be lost inside a dying worker, and is sent again.
        var added = await Insist(client, "/cart/add", "product=ghost-light&quantity=2", null);
        var cookie = string.Join("; ", added.All("Set-Cookie").Select(set => set.Split(';')[0]));
        var form = Good(await client.Get("/checkout", cookie), 200);
        cookie = string.Join("; ", form.All("Set-Cookie").Select(set => set.Split(';')[0]).Append(cookie).DistinctBy(pair => pair.Split('=')[0]));
        var fields = string.Join('&', Hidden().Matches(form.Body).Select(field => $"{field.Groups[1].Value}={Uri.EscapeDataString(System.Net.WebUtility.HtmlDecode(field.Groups[2].Value))}"));
        var token = Token().Match(form.Body) is { Success: true } match ? match.Groups[1].Value : throw new InvalidDataException("the checkout form has no token: " + form.Body);
        var order = await Insist(client, "/checkout", fields + "&name=Eve&email=eve%40example.com&address=1+Stage+Door", cookie);
        _ordered[token] = true;
        Good(await client.Get(new Uri(new Uri("http://localhost/"), order.Header("Location") ?? "").AbsolutePath, cookie), 200);
    }

    /// <summary>A POST, sent again when it was answered that it was lost. Any other failure is one.</summary>
    async Task<HttpAnswer> Insist(Client client, string path, string form, string? cookie)
    {
        for (var tries = 0; ; tries++)
        {
            var answer = await client.Post(path, form, cookie);
            if (answer.Status is 302 or 303 || tries == 5)
                return Good(answer, answer.Status == 302 ? 302 : 303);
            if (answer.Status != 502)
                throw new InvalidDataException($"POST {path}: {answer.Status} {answer.Body}");
            _lost.Enqueue(answer.Status);
        }
    }

    static HttpAnswer Good(HttpAnswer answer, int status) => answer.Status == status ? answer : throw new InvalidDataException($"{answer.Status} instead of {status}: {answer.Body}");

    [GeneratedRegex("name=\"token\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("<input[^>]*type=\"hidden\"[^>]*name=\"([^\"]+)\"[^>]*value=\"([^\"]*)\"")]
    private static partial Regex Hidden();
}
