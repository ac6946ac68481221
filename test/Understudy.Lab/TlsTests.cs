using System.Collections.Concurrent;

namespace Understudy.Lab;

public sealed class TlsTests : IAsyncDisposable
{
    readonly TestCertificate _certificate = new("one.test");
    readonly int _port = Kernel.FreePort();
    readonly StuntFolder _site;
    Host? _host;

    public TlsTests()
    {
        try
        {
            _site = new StuntFolder("workers: 3", "STUNT_TAG: one", "one", $"domains: [one.test]\ntls: {{certificate: {_certificate.Certificate}, key: {_certificate.Key}}}");
        }
        catch
        {
            // A skipped test is not disposed of.
            _certificate.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        _site.Dispose();
        _certificate.Dispose();
    }

    [Fact]
    public async Task HTTP_2_over_TLS_loses_no_request_while_a_worker_is_killed()
    {
        var host = await Serve();
        using var load = new H2Load(_port, "one.test", 2000);
        await host.Until("the load has come", 30.Seconds(), status => status.Apps[0].Pools[0].Requests > 100);
        var victim = (await host.Workers())[0];
        Kernel.Kill(victim.Pid);
        Assert.True(load.Runs);
        await load.NothingFails();
        await host.Until("another worker takes its place", 60.Seconds(), status =>
            status.Apps[0].Pools[0] is { State: "steady", Ready: 3 } pool && pool.Workers.All(worker => worker.Worker != victim.Worker));
    }

    [Fact]
    public async Task HTTP_2_connections_move_to_a_new_proxy_without_a_failed_request()
    {
        var host = await Serve();
        using var stop = new CancellationTokenSource();
        var failures = new ConcurrentQueue<string>();
        var answered = 0;
        var visitors = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(Visit)));
        try
        {
            await More(100);
            var before = (await host.Status())!.Proxy!.Pid;
            Assert.Equal(0, (await host.Run("restart", "proxy")).Code);
            // New connections too, from a client that never tries twice.
            using var load = new H2Load(_port, "one.test", 800);
            await host.Until("another proxy serves", 30.Seconds(), status => status.Proxy is { } proxy && proxy.Pid != before);
            await More(100);
            await load.NothingFails();
            Assert.True(failures.IsEmpty, string.Join("\n", failures));
            await Eventually.Until("the old proxy has ended", 60.Seconds(), () => !Kernel.Lives(before));
            await More(50);
        }
        finally
        {
            await stop.CancelAsync();
            await visitors;
        }
        Assert.True(failures.IsEmpty, string.Join("\n", failures));

        async Task More(int pages)
        {
            var wanted = Volatile.Read(ref answered) + pages;
            await Eventually.Until($"{pages} more answers", 30.Seconds(), () => Volatile.Read(ref answered) >= wanted);
        }

        async Task Visit()
        {
            using var visitor = new Visitor(_port, tls: true);
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    var answer = await visitor.Get("https://one.test/tag");
                    if (answer.Body != "one\n")
                        failures.Enqueue($"{answer.Status}: {answer.Body}");
                    Interlocked.Increment(ref answered);
                }
                catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
                {
                    failures.Enqueue(failure.ToString());
                }
                await Eventually.Pause(5);
            }
        }
    }

    [Fact]
    public async Task A_renewed_certificate_is_served_without_a_restart_and_open_connections_go_on()
    {
        var host = await Serve();
        var proxy = (await host.Status())!.Proxy!.Pid;
        using var old = new Visitor(_port, tls: true);
        Assert.Equal("one\n", (await old.Get("https://one.test/tag")).Body);
        Assert.Equal(_certificate.Thumbprint, old.Shown);
        var former = _certificate.Thumbprint;

        _certificate.Replace();
        await Eventually.Until("the new certificate is served", 20.Seconds(), async () =>
        {
            using var visitor = new Visitor(_port, tls: true);
            Assert.Equal("one\n", (await visitor.Get("https://one.test/tag")).Body);
            Assert.Contains(visitor.Shown, (string[])[former, _certificate.Thumbprint]);
            return visitor.Shown == _certificate.Thumbprint;
        });
        Assert.Equal("one\n", (await old.Get("https://one.test/tag")).Body);
        Assert.Equal(former, old.Shown);
        Assert.Equal(proxy, (await host.Status())!.Proxy!.Pid);
    }

    async Task<Host> Serve()
    {
        var host = _host = await Host.Serve([_site.Folder], $"listen: [\"http://127.0.0.1:$PORT\", \"https://127.0.0.1:{_port}\"]\n");
        await Eventually.Until("TLS is served", 20.Seconds(), async () =>
        {
            using var visitor = new Visitor(_port, tls: true);
            try { return (await visitor.Get("https://one.test/tag")).Status == 200; }
            catch (HttpRequestException) { return false; }
        });
        return host;
    }
}
