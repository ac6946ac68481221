namespace Understudy.Releases;

/// <summary>
/// The commands that run now, by the names of their groups. These are used again and again: whoever ends what is left of one does it while
/// no other of its name can begin.
/// </summary>
sealed class CommandClaims
{
    readonly Lock _gate = new();
    readonly List<string> _running = [];

    public IReadOnlyList<string> Running
    {
        get { lock (_gate) return [.. _running]; }
    }

    /// <summary>Until disposed, what is in this group is counted.</summary>
    public IDisposable Take(string id)
    {
        lock (_gate)
            _running.Add(id);
        return new Claim(this, id);
    }

    /// <summary>Does something to a group, unless a command runs in it. False: one does.</summary>
    public bool Unless(string id, Action act)
    {
        lock (_gate)
        {
            if (_running.Contains(id))
                return false;
            act();
            return true;
        }
    }

    void Release(string id)
    {
        lock (_gate)
            _running.Remove(id);
    }

    sealed class Claim(CommandClaims claims, string id) : IDisposable
    {
        public void Dispose() => claims.Release(id);
    }
}
