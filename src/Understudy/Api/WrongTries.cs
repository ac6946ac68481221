using System.Net;
using System.Net.Sockets;

namespace Understudy.Api;

/// <summary>Counts requests without a right token, by the address that they come from. An IPv6 network of 64 bits, which one customer has, is one address.</summary>
internal sealed class WrongTries(TimeProvider time)
{
    /// <summary>More than these from one address within a minute, and the rest of the minute answers 429.</summary>
    public const int MostPerMinute = 20;

    /// <summary>Whoever has more than these addresses is counted as one.</summary>
    const int MostAddresses = 4_096;

    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    readonly Lock gate = new();
    readonly Dictionary<IPAddress, (long Since, int Count)> counts = [];
    long total;

    /// <summary>Since the agent's start.</summary>
    public long Total => Interlocked.Read(ref total);

    /// <summary>One more.</summary>
    /// <returns>How many came from there within its minute.</returns>
    public int Count(IPAddress? from)
    {
        Interlocked.Increment(ref total);
        var network = Network(from ?? IPAddress.None);
        lock (gate)
        {
            var now = time.GetTimestamp();
            if (!counts.ContainsKey(network) && counts.Count >= MostAddresses)
            {
                foreach (var (old, (since, _)) in counts.ToList())
                    if (time.GetElapsedTime(since, now) >= Window)
                        counts.Remove(old);
                if (counts.Count >= MostAddresses)
                    network = IPAddress.Any;
            }
            var (begun, count) = counts.TryGetValue(network, out var known) && time.GetElapsedTime(known.Since, now) < Window ? known : (now, 0);
            counts[network] = (begun, count + 1);
            return count + 1;
        }
    }

    static IPAddress Network(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
