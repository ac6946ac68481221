using Understudy.State.Etcd;

namespace Understudy.Lab.Harness;

/// <summary>A cluster of real etcd servers, and clients of it.</summary>
sealed class EtcdServers : IAsyncDisposable
{
    readonly List<EtcdServer> _all = [];
    readonly List<EtcdStore> _clients = [];
    readonly EtcdNetwork? _network;
    int _named;

    EtcdServers(EtcdNetwork? network) => _network = network;

    public IReadOnlyList<EtcdServer> All => _all;

    public Uri[] Endpoints => [.. _all.Select(server => server.Client)];

    public static Task<EtcdServers> Start(int count) => Start(count, null);

    /// <summary>Each in a network namespace of its own, so that it can be cut off.</summary>
    public static async Task<EtcdServers> StartApart(int count) => await Start(count, await EtcdNetwork.Make(count));

    public EtcdStore Client(params Uri[] endpoints) => Client(new EtcdOptions { Endpoints = endpoints.Length > 0 ? endpoints : Endpoints, Client = $"client-{++_named}" });

    public EtcdStore Client(EtcdOptions options)
    {
        var store = new EtcdStore(options);
        _clients.Add(store);
        return store;
    }

    public async Task<EtcdServer> Leader()
    {
        EtcdServer? leader = null;
        var store = Client();
        await Eventually.Until("etcd has a leader", 10.Seconds(), async () =>
        {
            foreach (var server in _all)
            {
                if (await store.Cluster.Status(server.Client, 1.Seconds(), CancellationToken.None) is { } status && status.Leader == status.Id)
                    leader = server;
            }
            return leader is not null;
        });
        return leader!;
    }

    /// <summary>Nothing gets to it or from it, and nothing says so.</summary>
    public Task Cut(EtcdServer server) => _network!.Cut(server.Address, null);

    /// <summary>Its peers are out of reach; its clients are not.</summary>
    public Task CutFromPeers(EtcdServer server) => _network!.Cut(server.Address, [.. _all.Where(one => one != server).Select(one => one.Address)]);

    public Task Heal(EtcdServer server) => _network!.Heal(server.Address);

    public EtcdServer Add(string name)
    {
        var server = new EtcdServer(name);
        _all.Add(server);
        return server;
    }

    public void Remove(EtcdServer server)
    {
        _all.Remove(server);
        server.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        foreach (var server in _all)
            server.Dispose();
        if (_network is not null)
            await _network.DisposeAsync();
    }

    static async Task<EtcdServers> Start(int count, EtcdNetwork? network)
    {
        Prerequisite.Needs(File.Exists("/usr/bin/etcd"), "etcd-server is not installed");
        var servers = new EtcdServers(network);
        try
        {
            for (var i = 0; i < count; i++)
                servers._all.Add(network is null ? new EtcdServer($"m{i}") : new EtcdServer($"m{i}", network.Address(i), network.Enter(i), (2379, 2380)));
            foreach (var server in servers._all)
                server.Start(servers._all);
            var store = servers.Client();
            await Eventually.Until("etcd answers: " + string.Join('\n', servers._all.Select(server => server.Output)), 20.Seconds(), async () =>
            {
                foreach (var server in servers._all)
                {
                    if (await store.Cluster.Status(server.Client, 1.Seconds(), CancellationToken.None) is not { Leader: not 0 })
                        return false;
                }
                return true;
            });
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }
}
