using System.Text.Json.Serialization;
using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RouteTable))]
[JsonSerializable(typeof(ProxyReport))]
public sealed partial class JsonProxying : JsonSerializerContext;
