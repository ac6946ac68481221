using Understudy.Decisions.Fleet;

namespace Understudy.State.Etcd;

/// <summary>The members as they are now, and the one that calls prefer.</summary>
sealed class EtcdMembers(EtcdOptions options) : IDisposable
{
    readonly Lock _gate = new();
    EtcdMember[] _all = [.. options.Endpoints.Select(endpoint => new EtcdMember(endpoint, options))];
    EtcdMember[] _aside = [];
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
    /// <param name="aside">Those that calls and watches do not go to.</param>
    public void Replace(IReadOnlyList<Uri> endpoints, IReadOnlyList<Uri> aside)
    {
        lock (_gate)
        {
            EtcdMember[] former = [.. _all, .. _aside];
            EtcdMember[] Of(IEnumerable<Uri> wanted) => [.. wanted.Distinct().Select(endpoint => former.FirstOrDefault(member => member.Endpoint == endpoint) ?? new EtcdMember(endpoint, options))];
            _all = Of(endpoints);
            _aside = Of(aside.Except(endpoints));
            foreach (var gone in former.Except(_all).Except(_aside))
                gone.Dispose();
        }
    }

    /// <summary>Null: there is none at this address.</summary>
    public EtcdMember? Find(Uri endpoint)
    {
        lock (_gate)
            return _all.Concat(_aside).FirstOrDefault(member => member.Endpoint == endpoint);
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
            foreach (var member in _all.Concat(_aside))
                member.Dispose();
            (_all, _aside) = ([], []);
        }
    }
}
