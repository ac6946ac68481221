using System.Security.Cryptography;

namespace Shop.Orders;

/// <summary>Given out with each checkout form; an order is written once for each, however often the form is sent.</summary>
internal static class FormToken
{
    private const int RandomBytes = 16, Longest = 64;

    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes));

    public static bool IsWellFormed(string token) =>
        token.Length is >= 8 and <= Longest && token.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}
