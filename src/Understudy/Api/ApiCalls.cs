namespace Understudy.Api;

/// <summary>What the API's routes call.</summary>
internal sealed record ApiCalls
{
    public required Func<HostDocument> Status { get; init; }
    public required Func<bool, MemoryDocument> Memory { get; init; }
    public required Func<long, int, IReadOnlyList<EventDocument>> Events { get; init; }
    public required Func<long> NewestEvent { get; init; }
    public required Func<long, CancellationToken, Task> EventAfter { get; init; }
    public required Func<RestartRequest, DoneDocument> Restart { get; init; }
    public required Func<ScaleRequest, DoneDocument> Scale { get; init; }
    public required Func<string?, RunDocument> Run { get; init; }
    public required Func<string?, EnvDocument> Env { get; init; }
    public required Func<EnvRequest, DoneDocument> ChangeEnv { get; init; }
    public required Func<CancellationToken, Task<string>> Metrics { get; init; }

    public required DeployCalls Deploys { get; init; }
    public required TokenOperations Tokens { get; init; }
    public required FleetOperations Fleet { get; init; }

    public static ApiCalls Of(Operations operations, DeployOperations deploys, TokenOperations tokens, FleetOperations fleet) => new()
    {
        Fleet = fleet,
        Deploys = DeployCalls.Of(deploys),
        Tokens = tokens,
        Status = operations.Status,
        Memory = operations.MemoryOf,
        Events = operations.Events,
        NewestEvent = () => operations.NewestEvent,
        EventAfter = operations.EventAfter,
        Restart = operations.Restart,
        Scale = operations.Scale,
        Run = operations.Run,
        Env = operations.Env,
        ChangeEnv = operations.ChangeEnv,
        Metrics = async cancellation => await operations.Metrics(cancellation) + tokens.Metrics,
    };
}
