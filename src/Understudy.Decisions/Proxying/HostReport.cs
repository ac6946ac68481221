namespace Understudy.Decisions.Proxying;

/// <summary>Another host of an app, as this proxy sees it.</summary>
/// <param name="Routed">It is in the newest route table; else it is listed for what is still inside.</param>
/// <param name="InFlight">This proxy's requests there now.</param>
/// <param name="Outstanding">All proxies' requests there, by what it said last and what was sent since.</param>
/// <param name="Slots">Requests that it can work on at a time, by what it said last.</param>
/// <param name="Streams">Upgraded connections and event streams that this proxy has there.</param>
/// <param name="Requests">Requests handed to it since this proxy started.</param>
/// <param name="Failures">Of these, those that it gave no whole answer to.</param>
/// <param name="DownSince">Time since boot when it was marked down; null while up.</param>
/// <param name="DownReason">In words.</param>
public sealed record HostReport(
    string Name, string Address, bool Routed, int InFlight, int Outstanding, int Slots, int Streams, long Requests, long Failures, TimeSpan? DownSince, string? DownReason);
