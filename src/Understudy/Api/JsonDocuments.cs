using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Understudy.Api;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = false)]
[JsonSerializable(typeof(HostDocument))]
[JsonSerializable(typeof(IReadOnlyList<WorkerDocument>))]
[JsonSerializable(typeof(IReadOnlyList<EventDocument>))]
[JsonSerializable(typeof(EventDocument))]
[JsonSerializable(typeof(ScaleRequest))]
[JsonSerializable(typeof(RestartRequest))]
[JsonSerializable(typeof(DoneDocument))]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(EnvDocument))]
[JsonSerializable(typeof(EnvRequest))]
[JsonSerializable(typeof(LogLineDocument))]
[JsonSerializable(typeof(DeployEventDocument))]
[JsonSerializable(typeof(DeployStartedDocument))]
[JsonSerializable(typeof(IReadOnlyList<ReleaseDocument>))]
[JsonSerializable(typeof(DeployRequest))]
[JsonSerializable(typeof(RollbackRequest))]
[JsonSerializable(typeof(SourceDocument))]
[JsonSerializable(typeof(MaintenanceRequest))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(TokenCreatedDocument))]
[JsonSerializable(typeof(IReadOnlyList<TokenDocument>))]
[JsonSerializable(typeof(ReapDocument))]
[JsonSerializable(typeof(MemoryDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(IReadOnlyList<FleetHostDocument>))]
[JsonSerializable(typeof(IReadOnlyList<FleetEventDocument>))]
[JsonSerializable(typeof(FleetEventDocument))]
[JsonSerializable(typeof(FleetInitRequest))]
[JsonSerializable(typeof(FleetJoinRequest))]
[JsonSerializable(typeof(FleetRecoverRequest))]
[JsonSerializable(typeof(FleetRemoveRequest))]
[JsonSerializable(typeof(JoinTokenDocument))]
[JsonSerializable(typeof(JoinTokenRequest))]
[JsonSerializable(typeof(DrainRequest))]
public sealed partial class JsonDocuments : JsonSerializerContext
{
    /// <summary>Quotes and letters beyond ASCII as themselves: people read these answers, and no browser takes them for a page.</summary>
    public static JsonDocuments Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
