namespace Understudy.Bench.Proxies;

sealed record ProxyCommand(IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment);
