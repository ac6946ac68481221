namespace Understudy.Sampling;

/// <summary>A worker whose processes are looked at.</summary>
/// <param name="Id">app.pool.number.</param>
/// <param name="Leader">Its first process; 0: unknown.</param>
sealed record ScannedWorker(string Id, int Leader)
{
    public string App => Id.Split('.')[0];

    public string Pool => Id.Split('.')[1];

    /// <summary>pool.number.</summary>
    public string Name => Id[(Id.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
