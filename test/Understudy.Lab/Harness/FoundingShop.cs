using System.Globalization;
using Understudy.Api;

namespace Understudy.Lab.Harness;

/// <summary>
/// The host of the founding story: Rails, loaded once and forked by Puma, with Redis connected before the fork; so little memory that what deploys leave
/// behind fills it; forks that wait at their end for an answer which never comes on the connection that they share; and people who ask for pages.
/// </summary>
sealed class FoundingShop : IAsyncDisposable
{
    const int SwapMegabytes = 256;

    /// <summary>People give up then.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly ITestOutputHelper _output = TestContext.Current.TestOutputHelper!;
    readonly TimeProvider _clock = TimeProvider.System;
    readonly DateTimeOffset _began = TimeProvider.System.GetUtcNow();
    readonly CancellationTokenSource _stop = new();
    readonly CancellationTokenSource _enough = new();
    long _lastGood;
    int _mixed;
    int _deploys;
    Task _watching = Task.CompletedTask;
    Task _deploying = Task.CompletedTask;

    // Each is there once Open has come to it.
    Services _services = null!;
    SampleCheckout _checkout = null!;

    FoundingShop() { }

    public Host Host { get; private set; } = null!;

    public LimitedMemory Memory { get; private set; } = null!;

    public Load Load { get; private set; } = null!;

    /// <summary>As status and events name it.</summary>
    public string Redis => $"redis at 127.0.0.1:{_services.RedisPort}";

    /// <summary>Since the last page that was answered.</summary>
    public TimeSpan Silence => TimeSpan.FromTicks(_clock.GetUtcNow().Ticks - Interlocked.Read(ref _lastGood));

    /// <summary>How many seconds passed in which nobody got a page.</summary>
    public int SilentSeconds { get; private set; }

    /// <summary>Deployed once, and under load.</summary>
    /// <param name="policy">Lines of agent.yaml.</param>
    /// <param name="silentSeconds">The killer from outside comes so long after it has locked up...</param>
    /// <param name="endAfterSeconds">...or after so long from the beginning.</param>
    /// <param name="stopWithin">Of the workers.</param>
    public static async Task<FoundingShop> Open(string policy, int silentSeconds, int endAfterSeconds, int memoryMegabytes = 700, string stopWithin = "3s")
    {
        Prerequisite.Needs(File.Exists("/usr/bin/puma") && File.Exists("/usr/bin/redis-server"), "puma and redis-server");
        var shop = new FoundingShop();
        try
        {
            shop._services = await Services.Start();
            shop._checkout = await SampleCheckout.Rails();
            await shop.Introduce(stopWithin);
            shop.Host = await Host.Serve([], $"user: nobody\nmemory: {memoryMegabytes}MB\n{policy}", until: _ => true);
            await shop.Deploy();
            shop.Memory = await LimitedMemory.ThatLocksUp(shop.Host.Root, SwapMegabytes, silentSeconds, endAfterSeconds);
            shop.Load = Load.Of(shop.Host.Port, 4, shop.Ask, Patience);
            shop._watching = shop.Watch();
            await shop.Load.More(100);
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another release.</summary>
    /// <returns>Whether it serves; where it does not, why.</returns>
    public async Task<(bool Served, string Said)> Deploy()
    {
        await File.AppendAllTextAsync(Path.Combine(_checkout.Folder, "README.md"), $"Release {++_deploys}.\n");
        await Commit();
        using var verb = new Started(Host.Binary, ["deploy", _checkout.Folder, "--root", Host.Root]);
        var code = await verb.Exit(120.Seconds());
        Tell($"deploy {_deploys} ended with {code}: {verb.Output.TrimEnd().Split('\n')[^1]}");
        return (code == 0, verb.Output);
    }

    /// <summary>One release after the other, whether they serve or not.</summary>
    public void KeepDeploying() => _deploying = Task.Run(async () =>
    {
        while (!_enough.IsCancellationRequested)
            await Deploy();
    });

    public async Task StopDeploying()
    {
        await _enough.CancelAsync();
        await _deploying;
    }

    public async Task Until(string what, TimeSpan within, Func<bool> condition)
    {
        try
        {
            await Eventually.Until(what, within, condition);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\nagent: {Host.AgentOutput}\n{await Host.Describe()}", late);
        }
    }

    /// <summary>A line of the test's output, with the time since the beginning and the figures of now.</summary>
    public void Tell(string what) => _output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{(_clock.GetUtcNow() - _began).TotalSeconds,6:0.0} s {Figures()}{what}"));

    public async Task TellEvents(params string[] prefixes)
    {
        foreach (var change in (await Host.Events()).Where(change => Array.Exists(prefixes, change.Kind.StartsWith)))
            _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(change.At - _began).TotalSeconds,6:0.0} s {change.Kind}: {change.Message}"));
    }

    /// <summary>The line that says how it went.</summary>
    public void Conclude(string what) => _output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{_deploys} deploys in {(_clock.GetUtcNow() - _began).TotalSeconds:0} s; {Load.Answered} pages, {Load.Failures.Count} failed, the slowest took {Load.Slowest.TotalMilliseconds:0} ms, {_mixed} were meant for somebody else; {what}"));

    /// <summary>How many workers had to be killed, for they did not end when they were told to.</summary>
    public static int Killed(IReadOnlyList<EventDocument> events) => events.Count(change => change.Kind == "worker.killed");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        if (Load is not null)
            await Load.DisposeAsync();
        // From here on there is memory again, whatever the test has come to.
        Memory?.Dispose();
        await StopDeploying().ContinueWith(static _ => { }, TaskScheduler.Default);
        if (Host is not null)
            await Host.DisposeAsync();
        _checkout?.Dispose();
        if (_services is not null)
            await _services.DisposeAsync();
        _enough.Dispose();
        _stop.Dispose();
    }

    /// <summary>The sample as the founding team had it.</summary>
    async Task Introduce(string stopWithin)
    {
        var yaml = Path.Combine(_checkout.Folder, "understudy.yaml");
        var text = await File.ReadAllTextAsync(yaml);
        await File.WriteAllTextAsync(yaml, Replaced(Replaced(Replaced(text, "workers: {min: 2, max: 6}", "workers: 2"), "within: 30s", $"within: {stopWithin}"),
            "WEB_CONCURRENCY: \"0\"", $"WEB_CONCURRENCY: \"3\"\n  RAILS_SHOP_SHARED_REDIS: \"1\"\n  REDIS_URL: redis://127.0.0.1:{_services.RedisPort}/0"));
        await File.AppendAllTextAsync(Path.Combine(_checkout.Folder, "config", "puma.rb"), """

            # Each fork takes its leave of Redis on the connection that it shares. Puma's own patience would end it after 30 s; Passenger has none.
            worker_shutdown_timeout 3600
            on_worker_shutdown { Shop::RedisConnection.use { |redis| redis.blpop("shop:goodbye", timeout: 0) } }

            """);
    }

    static string Replaced(string text, string from, string to)
    {
        Assert.Contains(from, text, StringComparison.Ordinal);
        return text.Replace(from, to, StringComparison.Ordinal);
    }

    async Task Commit()
    {
        await _checkout.Git("add", "-A");
        await _checkout.Git("commit", "-qm", $"Release {_deploys}");
    }

    async Task<HttpAnswer> Ask(Client client, int turn)
    {
        var path = (turn % 3) switch { 0 => "/", 1 => "/products/ghost-light", _ => $"/visitor.json?id={turn}" };
        var answer = await client.Get(path);
        if (answer.Status == 200)
            Interlocked.Exchange(ref _lastGood, _clock.GetUtcNow().Ticks);
        if (turn % 3 == 2 && answer.Status == 200 && !answer.Body.Contains($"\"answered\":\"{turn}\"", StringComparison.Ordinal))
            Interlocked.Increment(ref _mixed);
        return answer;
    }

    async Task Watch()
    {
        for (var second = 0; !_stop.IsCancellationRequested; second++)
        {
            if (second % 5 == 0)
                Tell("");
            var before = Load.Answered;
            await Eventually.Pause(1000);
            if (Load.Answered == before)
                SilentSeconds++;
        }
    }

    string Figures() => Memory is null ? "" : string.Create(CultureInfo.InvariantCulture,
        $"RAM {Memory.UsedBytes / 1e6,4:0} MB, swap {Memory.SwappedBytes / 1e6,4:0} MB, {Memory.Trees,2} trees, {Load?.Answered ?? 0,5} pages, {Load?.Failures.Count ?? 0,3} failed, {_mixed,3} mixed{(Memory.LockedUp ? ", LOCKED UP" : "")}  ");
}
