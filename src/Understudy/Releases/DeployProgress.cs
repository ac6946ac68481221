using Understudy.Api;

namespace Understudy.Releases;

/// <summary>What a deploy has told so far, for those who watch it, from its start or from where they left off.</summary>
sealed class DeployProgress(TimeProvider time)
{
    /// <summary>A build's lines beyond this, and what is longer, are only in its log.</summary>
    const int LinesKept = 5_000;
    const int LongestLine = 500;

    readonly Lock _gate = new();
    readonly List<DeployEventDocument> _events = [];
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _lines;

    public bool Ended { get; private set; }

    /// <param name="kind">phase, ended (a phase, with its seconds), line (of the build's output), log (of a worker that failed), turn (of the workers), note, or end.</param>
    public void Tell(string kind, string phase, string text, double? seconds = null, string? outcome = null)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (Ended || (kind == "line" && ++_lines > LinesKept + 1))
                return;
            if (kind == "line" && _lines == LinesKept + 1)
                text = "it goes on, and the rest is in its log only";
            if (text.Length > LongestLine && kind == "line")
                text = text[..LongestLine] + "...";
            _events.Add(new DeployEventDocument(_events.Count + 1, time.GetUtcNow(), kind, phase, text, seconds, outcome));
            Ended = kind == "end";
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.SetResult();
    }

    public IReadOnlyList<DeployEventDocument> After(long id)
    {
        lock (_gate)
            return id >= _events.Count ? [] : _events.GetRange((int)id, _events.Count - (int)id);
    }

    public Task AnyAfter(long id, CancellationToken cancellation)
    {
        lock (_gate)
            return id < _events.Count || Ended ? Task.CompletedTask : _changed.Task.WaitAsync(cancellation);
    }
}
