using Understudy.Decisions.Fleet;

namespace Understudy.State.Etcd;

/// <summary>The members as they are now, and the one that calls prefer.</summary>
sealed class EtcdMembers(EtcdOptions options) : IDisposable
{
    readonly Lock _gate = new();
    EtcdMember[] _all = [.. options.Endpoints.Select(endpoint => new EtcdMember(endpoint, options))];
    EtcdMember? _preferred;

    public IReadOnlyList<EtcdMember> All
    {
        get
        {
            lock (_gate)
                return _all;
        }
    }

    /// <summary>The members are these from now on; connections to those that stay are kept.</summary>
    public void Replace(IReadOnlyList<Uri> endpoints)
    {
        lock (_gate)
        {
            var former = _all;
            _all = [.. endpoints.Distinct().Select(endpoint => former.FirstOrDefault(member => member.Endpoint == endpoint) ?? new EtcdMember(endpoint, options))];
            foreach (var gone in former.Except(_all))
                gone.Dispose();
        }
    }

    /// <summary>As they are to be asked, the best first.</summary>
    public IReadOnlyList<EtcdMember> InOrder()
    {
        lock (_gate)
            return [.. MemberOrder.Of([.. _all.Select(member => member.Sight)], Math.Max(0, Array.IndexOf(_all, _preferred))).Select(index => _all[index])];
    }

    public void Prefer(EtcdMember member)
    {
        lock (_gate)
            _preferred = member;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var member in _all)
                member.Dispose();
            _all = [];
        }
    }
}
