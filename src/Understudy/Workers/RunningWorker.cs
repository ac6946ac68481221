namespace Understudy.Workers;

/// <summary>A worker as what looks at its processes needs to know it.</summary>
/// <param name="Id">app.pool.number.</param>
/// <param name="Leader">Its first process; 0: not started yet.</param>
/// <param name="Port">0: it takes no requests.</param>
/// <param name="Requests">That it has answered.</param>
sealed record RunningWorker(string Id, int Leader, int Port = 0, long Requests = 0)
{
    public string App => Id.Split('.')[0];

    public string Pool => Id.Split('.')[1];

    /// <summary>pool.number.</summary>
    public string Name => Id[(Id.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
