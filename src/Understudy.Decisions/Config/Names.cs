using System.Globalization;
using System.Net;

namespace Understudy.Decisions.Config;

/// <summary>Checks of names and addresses. Each returns null when the text is good, else what is wrong with it.</summary>
public static class Names
{
    /// <summary>Apps, processes and services: their names become folders, cgroups, host labels and file names.</summary>
    public const string Pattern = "^[a-z0-9][a-z0-9-]{0,62}$";
    public const string Expected = "1 to 63 lower-case letters, digits and dashes, with a letter or digit first";

    public const string EnvPattern = "^[A-Za-z_][A-Za-z0-9_]*$";
    public const string EnvExpected = "letters, digits and underscores, with no digit first";

    public static string? Check(string name) =>
        name.Length is >= 1 and <= 63 && name[0] != '-' && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            ? null
            : "is not a usable name";

    public static string? CheckProcess(string name) =>
        name == "release" ? "is not a process type; `release: COMMAND` stands at the top of the file" : Check(name);

    public static string? CheckEnv(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            return "is not a name that an environment variable can have";
        return name == "PORT" ? "cannot be given: it is set for each worker, to the port that it must listen on" : null;
    }

    /// <summary>A host name, or `*.` and a host name.</summary>
    public static string? CheckDomain(string domain)
    {
        var name = domain.StartsWith("*.", StringComparison.Ordinal) ? domain[2..] : domain;
        if (domain.Contains("://", StringComparison.Ordinal) || domain.Contains('/', StringComparison.Ordinal))
            return $"\"{domain}\" is an address, not a host name";
        if (domain.Contains(':', StringComparison.Ordinal))
            return $"\"{domain}\" names a port, and requests are routed by host name alone";
        var labels = name.Split('.');
        var good = name.Length is >= 1 and <= 253 && labels.All(label =>
            label.Length is >= 1 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
        return good ? null : $"\"{domain}\" is not a host name";
    }

    /// <summary>A path of a page: from the first slash, without spaces or control characters.</summary>
    public static string? CheckPagePath(string path) =>
        path[0] != '/' ? $"\"{path}\" does not begin with a slash"
        : path.Any(c => c is <= ' ' or >= '\x7f' or '#') ? $"\"{path}\" contains characters that a request cannot carry as they are"
        : null;

    /// <summary>A Debian package's name.</summary>
    public static string? CheckPackage(string package) =>
        package.Length >= 2 && char.IsAsciiLetterOrDigit(package[0]) && package.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '+' or '-' or '.')
            ? null
            : $"\"{package}\" is not a Debian package's name";

    /// <summary>http://ADDRESS:PORT or https://ADDRESS:PORT.</summary>
    public static string? CheckListen(string listen)
    {
        var scheme = listen.StartsWith("http://", StringComparison.Ordinal) ? 7 : listen.StartsWith("https://", StringComparison.Ordinal) ? 8 : 0;
        return scheme == 0 ? $"\"{listen}\" does not begin with http:// or https://" : CheckEndpoint(listen[scheme..].TrimEnd('/'));
    }

    /// <summary>ADDRESS:PORT, the address in figures.</summary>
    public static string? CheckEndpoint(string endpoint)
    {
        var colon = endpoint.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(endpoint[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            return $"\"{endpoint}\" has no port from 1 to 65535";
        var address = endpoint[..colon];
        return address == "localhost" || IPAddress.TryParse(address.Trim('[', ']'), out _) ? null : $"\"{address}\" is not an IP address";
    }

    /// <summary>A network such as 10.0.0.0/8, or one address.</summary>
    public static string? CheckNetwork(string network) =>
        IPNetwork.TryParse(network, out _) || IPAddress.TryParse(network, out _)
            ? null
            : $"\"{network}\" is not a network in figures";

    /// <summary>An app's name made from its folder's.</summary>
    public static string FromFolder(string folder)
    {
        var last = folder.TrimEnd('/').Split('/')[^1].ToLowerInvariant();
        var name = new string([.. last.Select(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '-')]).Trim('-');
        return name.Length == 0 ? "app" : name[..Math.Min(63, name.Length)].TrimEnd('-');
    }
}
