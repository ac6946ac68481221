using Npgsql;

namespace Shop.Storage;

internal static class PostgresUrl
{
    private const int DefaultPort = 5432;

    /// <summary>postgres://user:password@host:port/database?sslmode=require as Npgsql's own form.</summary>
    public static string ToConnectionString(Uri url)
    {
        if (url.Scheme is not ("postgres" or "postgresql"))
            throw new FormatException($"DATABASE_URL begins with {url.Scheme}://; the shop knows postgres:// (or leave it out for SQLite).");
        var user = url.UserInfo.Split(':', 2);
        var connection = new NpgsqlConnectionStringBuilder
        {
            // A URL has a password, never Kerberos; looking for that asks a resolver for the address's name, and waits where none answers.
            GssEncryptionMode = GssEncryptionMode.Disable,
            Host = url.Host.Trim('[', ']'),
            Port = url.Port > 0 ? url.Port : DefaultPort,
            Database = Uri.UnescapeDataString(url.AbsolutePath.Trim('/')),
            Timeout = 3,
            MaxPoolSize = 10,
        };
        if (user[0].Length > 0)
            connection.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            connection.Password = Uri.UnescapeDataString(user[1]);
        foreach (var option in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            if (option.Split('=', 2) is [var name, var value])
                connection[name.Equals("sslmode", StringComparison.OrdinalIgnoreCase) ? "SSL Mode" : name] = Uri.UnescapeDataString(value).Replace("-", "");
        return connection.ConnectionString;
    }
}
