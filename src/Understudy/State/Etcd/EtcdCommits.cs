using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Understudy.State.Etcd.Wire;

namespace Understudy.State.Etcd;

/// <summary>Transactions that happen once, though several members may be told of each.</summary>
sealed class EtcdCommits(EtcdCalls calls, EtcdKeys keys, string client)
{
    /// <summary>How often a slot that was not as remembered is read again. Twice is a former process's late transaction; more is another client of the same name.</summary>
    const int MostRounds = 5;

    readonly ConcurrentStack<CommitSlot> _free = [];
    int _slots;

    public async Task<StoreCommit> Commit(StoreTransaction transaction, CancellationToken cancellation)
    {
        if (!_free.TryPop(out var slot))
            slot = new CommitSlot(keys.Commits(client, Interlocked.Increment(ref _slots)));
        try
        {
            for (var round = 0; round < MostRounds; round++)
            {
                if (await Once(transaction, slot, cancellation) is { } answer)
                    return answer;
            }
            return new StoreCommit.Unknown($"another client of this fleet calls itself {client} too; give each host a name of its own");
        }
        catch (StoreSilent silent)
        {
            slot.Revision = null;
            return new StoreCommit.Unknown(silent.Message);
        }
        catch (RpcException refused)
        {
            slot.Revision = null;
            return new StoreCommit.Unknown($"the fleet's store refused: {refused.Status.Detail}");
        }
        catch
        {
            slot.Revision = null;
            throw;
        }
        finally
        {
            _free.Push(slot);
        }
    }

    /// <returns>Null: the slot was not as remembered; now it is.</returns>
    async Task<StoreCommit?> Once(StoreTransaction transaction, CommitSlot slot, CancellationToken cancellation)
    {
        var before = slot.Revision ??= await Written(slot, cancellation);
        var nonce = CommitSlot.Nonce();
        var request = Request(transaction, slot.Key, before, nonce);
        var answer = await calls.Ask((member, ending) => member.Kv.TxnAsync(request, cancellationToken: ending).ResponseAsync, cancellation);
        var revision = answer.Value.Header.Revision;
        if (answer.Value.Succeeded)
        {
            slot.Revision = revision;
            return new StoreCommit.Done(revision, answer.SentAt);
        }
        var found = answer.Value.Responses.Select(response => response.ResponseRange.Kvs.FirstOrDefault()).ToList();
        slot.Revision = found[0]?.ModRevision ?? 0;
        // An attempt before this one was committed, and its answer lost. Which one is not known: the first at the earliest.
        if (found[0]?.Value.Equals(nonce) is true)
            return new StoreCommit.Done(slot.Revision.Value, answer.FirstSentAt);
        if (slot.Revision != before)
            return null;
        // Another attempt is still under way, and would be committed if the conditions came to hold: no longer, once the slot has changed.
        if (answer.Attempts > 1)
            slot.Revision = await Burn(slot, cancellation);
        return new StoreCommit.Refused(revision, [.. found.Skip(1).OfType<KeyValue>().Select(keys.Entry)]);
    }

    async Task<long> Written(CommitSlot slot, CancellationToken cancellation)
    {
        var request = new RangeRequest { Key = slot.Key };
        var answer = await calls.Ask((member, ending) => member.Kv.RangeAsync(request, cancellationToken: ending).ResponseAsync, cancellation);
        return answer.Value.Kvs.FirstOrDefault()?.ModRevision ?? 0;
    }

    async Task<long> Burn(CommitSlot slot, CancellationToken cancellation)
    {
        var request = new TxnRequest { Success = { new RequestOp { RequestPut = new PutRequest { Key = slot.Key, Value = CommitSlot.Nonce() } } } };
        return (await calls.Ask((member, ending) => member.Kv.TxnAsync(request, cancellationToken: ending).ResponseAsync, cancellation)).Value.Header.Revision;
    }

    TxnRequest Request(StoreTransaction transaction, ByteString slot, long before, ByteString nonce)
    {
        var request = new TxnRequest
        {
            Compare = { Unchanged(slot, before) },
            Success = { new RequestOp { RequestPut = new PutRequest { Key = slot, Value = nonce } } },
            Failure = { new RequestOp { RequestRange = new RangeRequest { Key = slot } } },
        };
        foreach (var (key, changed) in transaction.Conditions)
        {
            request.Compare.Add(Unchanged(keys.Of(key), changed));
            request.Failure.Add(new RequestOp { RequestRange = new RangeRequest { Key = keys.Of(key) } });
        }
        foreach (var (key, value) in transaction.Writes)
            request.Success.Add(value is { } bytes
                ? new RequestOp { RequestPut = new PutRequest { Key = keys.Of(key), Value = ByteString.CopyFrom(bytes.Span) } }
                : new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = keys.Of(key) } });
        return request;
    }

    static Compare Unchanged(ByteString key, long changed) =>
        new() { Result = Compare.Types.CompareResult.Equal, Target = Compare.Types.CompareTarget.Mod, Key = key, ModRevision = changed };
}
