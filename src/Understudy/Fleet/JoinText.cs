using System.Net;

namespace Understudy.Fleet;

/// <summary>A join token as people copy it: with where to go, so that `understudy join TOKEN` needs nothing else.</summary>
static class JoinText
{
    const int MostKeepers = 16;

    /// <param name="keepers">Addresses of hosts that sign.</param>
    public static string Of(string token, IReadOnlyList<string> keepers) => $"{token}@{string.Join(',', keepers)}";

    /// <exception cref="OperationRefused">It is none.</exception>
    public static (string Token, byte[] Fingerprint, IReadOnlyList<string> Keepers) Parse(string text)
    {
        if (text.Trim().Split('@') is not [var token, var places] || JoinTokens.FleetOf(token) is not { } fingerprint)
            throw new OperationRefused($"this is no token to join a fleet with: one begins with {JoinTokens.Prefix} and ends with the address of a host. `understudy fleet token`, on a host of the fleet, makes one; copy it whole", RefusalKind.Invalid);
        var keepers = places.Split(',');
        if (keepers.Length > MostKeepers || keepers.FirstOrDefault(place => !IPAddress.TryParse(place, out _)) is { } wrong && wrong is not null)
            throw new OperationRefused("what follows the @ in this token are no addresses of hosts: copy it whole", RefusalKind.Invalid);
        return (token, fingerprint, keepers);
    }
}
