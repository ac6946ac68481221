using System.Net.Http;
using Grpc.Net.Client;
using Understudy.Decisions.Fleet;
using Understudy.State.Etcd.Wire;

namespace Understudy.State.Etcd;

/// <summary>One member, by a channel of its own: what it does to its connection touches no other.</summary>
sealed class EtcdMember : IDisposable
{
    /// <summary>A list of 1,000 hosts is about 1 MiB.</summary>
    const int LongestAnswerBytes = 64 << 20;

    static readonly TimeSpan ConnectWithin = TimeSpan.FromMilliseconds(400);

    /// <summary>gRPC's own wait between connects grows to two minutes, in which a member that is back would be refused unasked.</summary>
    static readonly TimeSpan ConnectAgain = TimeSpan.FromMilliseconds(100), ConnectAgainAtMost = TimeSpan.FromMilliseconds(500);

    readonly Lock _gate = new();
    readonly EtcdOptions _options;
    GrpcChannel _channel;
    TimeSpan _connectedAt;
    MemberSight _sight;
    bool _gone;

    public EtcdMember(Uri endpoint, EtcdOptions options)
    {
        Endpoint = endpoint;
        _options = options;
        _channel = Connect();
    }

    public Uri Endpoint { get; }

    public MemberSight Sight
    {
        get
        {
            lock (_gate)
                return _sight;
        }
    }

    public KV.KVClient Kv => new(Channel());

    public Watch.WatchClient Watches => new(Channel());

    public Cluster.ClusterClient Cluster => new(Channel());

    public Maintenance.MaintenanceClient Maintenance => new(Channel());

    public void Answered()
    {
        lock (_gate)
            _sight = _sight.Answered();
    }

    public void Missed()
    {
        lock (_gate)
            _sight = _sight.Missed(Now());
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _gone = true;
            _channel.Dispose();
        }
    }

    GrpcChannel Channel()
    {
        lock (_gate)
        {
            if (!_gone && MemberOrder.NeedsConnection(_sight, _connectedAt, Now()))
            {
                _channel.Dispose();
                _channel = Connect();
            }
            return _channel;
        }
    }

    GrpcChannel Connect()
    {
        _connectedAt = Now();
        var handler = new SocketsHttpHandler { ConnectTimeout = ConnectWithin, EnableMultipleHttp2Connections = false, UseProxy = false, AllowAutoRedirect = false, UseCookies = false };
        if (_options.Tls is { } tls)
            handler.SslOptions = tls();
        return GrpcChannel.ForAddress(Endpoint, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = LongestAnswerBytes,
            ThrowOperationCanceledOnCancellation = true,
            InitialReconnectBackoff = ConnectAgain,
            MaxReconnectBackoff = ConnectAgainAtMost,
        });
    }

    TimeSpan Now() => _options.Time.GetElapsedTime(0);
}
