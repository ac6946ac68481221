namespace Understudy.Bench;

/// <summary>How long each measurement takes, in seconds.</summary>
sealed record Schedule(int Starts, int WarmUp, int Closed, int Fixed, int ManyConnections, int LargeBodies, int Failing, int Settle, int Idle, int StatusCalls)
{
    /// <summary>When one of the four workers fails, from the start of the load.</summary>
    public const int FailsAfter = 2;

    public static Schedule For(BenchOptions options) => options.Quick ? new(2, 1, 2, 2, 2, 2, 6, 2, 10, 10) : new(5, 1, 5, 4, 3, 2, 10, 5, 60, 40);
}
