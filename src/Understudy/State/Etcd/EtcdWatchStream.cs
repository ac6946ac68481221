using System.Net.Http;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Understudy.Decisions.Fleet;
using Understudy.State.Etcd.Wire;

namespace Understudy.State.Etcd;

/// <summary>A watch's stream on one member. Nothing here waits for the member: what it says goes into the inbox.</summary>
sealed class EtcdWatchStream : IDisposable
{
    // A member that has no leader ends the stream then, instead of staying silent with a good conscience.
    static readonly Metadata NeedsLeader = new() { { "hasleader", "true" } };

    readonly CancellationTokenSource _ending = new();
    readonly AsyncDuplexStreamingCall<WatchRequest, WatchResponse> _call;
    readonly TimeProvider _time;
    readonly Lock _gate = new();
    Task _writing;
    TimeSpan _heardAt;
    TimeSpan? _askedAt;

    /// <param name="from">The first revision that it tells.</param>
    public EtcdWatchStream(int id, EtcdMember member, (ByteString Key, ByteString End) range, long from, TimeProvider time, ChannelWriter<EtcdWatchNews> inbox)
    {
        Id = id;
        Member = member;
        _time = time;
        _heardAt = Now();
        _call = member.Watches.Watch(NeedsLeader, cancellationToken: _ending.Token);
        _writing = Write(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = range.Key, RangeEnd = range.End, StartRevision = from } });
        _ = Task.Run(() => Read(inbox));
    }

    public int Id { get; }

    public EtcdMember Member { get; }

    /// <summary>It said something; a stream that was merely opened proves nothing.</summary>
    public bool Heard { get; private set; }

    public WatchStreamSight Sight(int member)
    {
        lock (_gate)
            return new WatchStreamSight(Id, member, _heardAt, _askedAt);
    }

    /// <summary>For a sign of life. The revision in its answer is not believed: etcd before 3.4.25 and 3.5.8 may send it ahead of changes that it covers.</summary>
    public void Ask()
    {
        lock (_gate)
        {
            _askedAt = Now();
            if (_writing.IsCompleted)
                _writing = Write(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
        }
    }

    public void Dispose()
    {
        _ending.Cancel();
        _call.Dispose();
        _ending.Dispose();
    }

    async Task Write(WatchRequest request)
    {
        try
        {
            await _call.RequestStream.WriteAsync(request, _ending.Token);
        }
        // The reading side says it.
        catch (Exception failed) when (IsEnd(failed))
        {
        }
    }

    async Task Read(ChannelWriter<EtcdWatchNews> inbox)
    {
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None))
            {
                lock (_gate)
                    (_heardAt, _askedAt, Heard) = (Now(), null, true);
                inbox.TryWrite(new EtcdWatchNews(this, _call.ResponseStream.Current));
            }
        }
        catch (Exception failed) when (IsEnd(failed))
        {
        }
        finally
        {
            inbox.TryWrite(new EtcdWatchNews(this, null));
        }
    }

    TimeSpan Now() => _time.GetElapsedTime(0);

    static bool IsEnd(Exception failed) => failed is RpcException or OperationCanceledException or IOException or HttpRequestException or ObjectDisposedException or InvalidOperationException;
}
