namespace StuntApp;

/// <summary>What requests change and others read.</summary>
internal sealed class WorkerState(StartOrders orders)
{
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private volatile string _readiness = "";
    private int _served, _inFlight;

    public int Served => _served;
    public int InFlight => _inFlight;
    public string? Tag => orders.Tag;

    /// <summary>Whether /up answers 200. A request to /ready or /unready overrules the start.</summary>
    public bool IsReady => _readiness switch
    {
        "ready" => true,
        "unready" => false,
        _ => !orders.NeverReady && TimeProvider.System.GetElapsedTime(_started) >= orders.ReadyAfter,
    };

    public void Become(string readiness) => _readiness = readiness;

    public void Enter() => Interlocked.Increment(ref _inFlight);

    public void Leave()
    {
        Interlocked.Decrement(ref _inFlight);
        Interlocked.Increment(ref _served);
    }
}
