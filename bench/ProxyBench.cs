using Understudy.Bench.Proxies;

namespace Understudy.Bench;

/// <summary>The whole run: interleaved rounds of speed, then of failures, then the idle agent, then the report.</summary>
sealed class ProxyBench
{
    readonly BenchOptions _options;
    readonly Schedule _schedule;
    readonly Children _children;
    readonly Measurements _measured = new();
    readonly Progress _progress = new();
    readonly IReadOnlyList<IProxy> _proxies;

    public ProxyBench(BenchOptions options, Children children)
    {
        (_options, _children, _schedule) = (options, children, Schedule.For(options));
        _proxies = [new UnderstudyProxy(options.Binary), new Haproxy(), new Nginx()];
    }

    /// <summary>Exit code: 0 also when a goal was missed, 1 when something could not be measured.</summary>
    public int Run()
    {
        if (Environment.ProcessorCount < 2)
            throw new BenchFailure("two cores are needed, one for the proxy and one for what asks and answers; this process may use one.");
        if (!File.Exists(_options.Binary))
            throw new BenchFailure($"{_options.Binary} is not there; make it with ./dev publish.");
        foreach (var proxy in _proxies)
            Attempt(proxy.Name, () => _progress.Say($"{proxy.Name,-10} {proxy.Version(_children)}"));
        for (var round = 1; round <= _options.Rounds; round++)
            Speed(round);
        for (var round = 1; round <= _options.Rounds; round++)
            Failing(round);
        _progress.Say("the agent, idle");
        Attempt("the agent", () => new AgentRound(_options, _schedule, _children, _measured, _progress).Run());
        return new Report(_measured, "proxy", Figures.All).Write();
    }

    void Speed(int round)
    {
        _progress.Say($"speed, round {round} of {_options.Rounds}");
        // Each round begins with another, so that none always runs on a warmer machine.
        foreach (var i in Enumerable.Range(round - 1, _proxies.Count))
        {
            var proxy = _proxies[i % _proxies.Count];
            Attempt(proxy.Name, () => new SpeedRound(_options, _schedule, _children, _measured, _progress, proxy).Run());
        }
    }

    void Failing(int round)
    {
        _progress.Say($"failing workers, round {round} of {_options.Rounds}");
        var failures = new FailureRound(_options, _schedule, _children, _measured, _progress);
        foreach (var proxy in _proxies)
        {
            if (proxy is Nginx && round > 1)
                continue;
            Attempt($"{proxy.Name}, worker killed", () => failures.Killed(proxy));
            // nginx leaves requests in a frozen worker until the clients' 30 s are over: once is enough, and in a quick run too much.
            if (proxy is not Nginx || !_options.Quick)
                Attempt($"{proxy.Name}, worker frozen", () => failures.Frozen(proxy));
        }
    }

    void Attempt(string what, Action action)
    {
        _measured.Attempt(what, _progress, action);
        _children.StopAll();
    }
}
