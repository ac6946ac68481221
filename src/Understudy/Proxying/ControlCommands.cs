using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>What the control socket may ask of the proxy.</summary>
/// <param name="InFlight">Requests inside each worker, those of a proxy before this one included.</param>
/// <param name="Listeners">What a successor is handed.</param>
/// <param name="Leave">A successor serves the listeners.</param>
/// <param name="Stop">Nobody does.</param>
internal sealed record ControlCommands(
    Func<ProxyReport> Report,
    Func<string> Metrics,
    Func<IReadOnlyDictionary<string, int>> InFlight,
    Func<IReadOnlyList<Listener>> Listeners,
    Action Leave,
    Action Stop);
