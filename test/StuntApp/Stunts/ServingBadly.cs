namespace StuntApp.Stunts;

/// <summary>A worker that starts well and serves badly: all but /up.</summary>
internal sealed class ServingBadly(StartOrders orders)
{
    private int _asked;

    /// <summary>True: it has answered 500, as it does evenly for so many in a hundred.</summary>
    public async Task<bool> Answers(HttpContext context)
    {
        if (context.Request.Path == "/up")
            return false;
        await Task.Delay(orders.Slow);
        var asked = Interlocked.Increment(ref _asked);
        if (asked * orders.FailPercent / 100 == (asked - 1) * orders.FailPercent / 100)
            return false;
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        await context.Response.WriteAsync("failed, as told at its start\n");
        return true;
    }
}
