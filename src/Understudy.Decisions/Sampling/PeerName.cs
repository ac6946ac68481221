namespace Understudy.Decisions.Sampling;

/// <summary>Who is at the other end of a connection, in words.</summary>
public static class PeerName
{
    static readonly Dictionary<int, string> ByPort = new()
    {
        [1433] = "SQL Server",
        [2181] = "ZooKeeper",
        [2379] = "etcd",
        [3306] = "MySQL",
        [4222] = "NATS",
        [5432] = "PostgreSQL",
        [5672] = "RabbitMQ",
        [6379] = "redis",
        [6432] = "PgBouncer",
        [9042] = "Cassandra",
        [9092] = "Kafka",
        [9200] = "Elasticsearch",
        [11211] = "memcached",
        [26379] = "redis sentinel",
        [27017] = "MongoDB",
    };

    /// <summary>What listens on a port by custom, such as redis on 6379; null: nothing that is known here.</summary>
    public static string? ByCustom(int port) => ByPort.GetValueOrDefault(port);

    /// <param name="program">The name of the process at the other end, where it is on this host and was found.</param>
    public static string Of(SharedSocket socket, string? program)
    {
        var name = program is { Length: > 0 } ? Program(program) : ByPort.GetValueOrDefault(socket.PeerPort) ?? (socket.PeerPort == 0 ? ByPath(socket.Peer) : null);
        return (name, socket.Peer) switch
        {
            (null, "") => "an unnamed unix socket",
            (null, var address) => address,
            (var known, "") => known + ", by a unix socket",
            var (known, address) => $"{known} at {address}",
        };
    }

    static string Program(string program) => program.EndsWith("-server", StringComparison.Ordinal) ? program[..^"-server".Length] : program;

    static string? ByPath(string path) =>
        path.Contains("PGSQL", StringComparison.Ordinal) ? "PostgreSQL" : path.Contains("mysql", StringComparison.Ordinal) ? "MySQL" : path.Contains("redis", StringComparison.Ordinal) ? "redis" : null;
}
