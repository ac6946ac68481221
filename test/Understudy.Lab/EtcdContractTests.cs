using Understudy.State;
using Understudy.State.Etcd;
using Understudy.Tests.State;

namespace Understudy.Lab;

/// <summary>What every store does, on a real etcd.</summary>
public sealed class EtcdContractTests(EtcdContractTests.OneEtcd etcd) : StoreContract, IClassFixture<EtcdContractTests.OneEtcd>
{
    static int _roots;

    readonly EtcdStore _store = etcd.Servers.Client(new EtcdOptions { Endpoints = etcd.Servers.Endpoints, Client = $"client-{_roots}", Root = $"test-{_roots++}/" });

    private protected override IStore Store => _store;

    public sealed class OneEtcd : IAsyncLifetime
    {
        internal EtcdServers Servers { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Servers = await EtcdServers.Start(1);

        public ValueTask DisposeAsync() => Servers?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
