namespace Understudy.Lab.Harness;

/// <summary>A real redis-server and memcached on free loopback ports, with their own folder.</summary>
sealed class Services : IAsyncDisposable
{
    readonly LabFolder _folder = new();
    readonly Started _redis;
    readonly Started _memcached;

    Services()
    {
        RedisPort = Kernel.FreePort();
        MemcachedPort = Kernel.FreePort();
        _redis = new Started("redis-server", ["--bind", "127.0.0.1", "--port", $"{RedisPort}", "--save", "", "--appendonly", "no", "--dir", _folder.Path, "--unixsocket", RedisPath]);
        _memcached = new Started("memcached", ["-l", "127.0.0.1", "-p", $"{MemcachedPort}", "-m", "32", "-u", "root"]);
    }

    public int RedisPort { get; }

    /// <summary>The same Redis, by a unix socket.</summary>
    public string RedisPath => _folder["redis.sock"];

    public int MemcachedPort { get; }

    public string Env => $"MEMCACHE_SERVERS: \"127.0.0.1:{MemcachedPort}\"\n  REDIS_URL: \"redis://127.0.0.1:{RedisPort}/0\"";

    public static async Task<Services> Start()
    {
        var services = new Services();
        await Eventually.Until("redis and memcached listen", 20.Seconds(), () => Listens(services.RedisPort) && Listens(services.MemcachedPort));
        return services;
    }

    public ValueTask DisposeAsync()
    {
        _redis.Dispose();
        _memcached.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    static bool Listens(int port)
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        try
        {
            socket.Connect(System.Net.IPAddress.Loopback, port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
