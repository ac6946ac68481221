using Understudy.Decisions.Proxying;
using Understudy.State;
using Understudy.Workers;

namespace Understudy.Releases;

/// <summary>What every deploy of a host works with.</summary>
/// <param name="Environment">Of a command of this app: its configuration's and its secrets.</param>
/// <param name="Secrets">The values of an app's secrets.</param>
/// <param name="Proxy">The proxy's newest word; null while none serves.</param>
/// <param name="Before">Its word of some minutes ago.</param>
/// <param name="Present">Tells the proxy anew which releases' assets are served.</param>
sealed record DeployParts(
    Paths Paths,
    ReleaseLedger Ledger,
    ReleaseStore Store,
    EventLog Events,
    HostedPools Pools,
    CommandRunner Runner,
    Func<HostedApp, Dictionary<string, string>> Environment,
    Func<string, IEnumerable<string>> Secrets,
    Func<ProxyReport?> Proxy,
    Func<ProxyReport?> Before,
    Action<string> Present,
    TimeProvider Time);
