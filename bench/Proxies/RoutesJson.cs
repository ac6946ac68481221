using System.Text.Json.Serialization;
using Understudy.Decisions.Proxying;

namespace Understudy.Bench.Proxies;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RouteTable))]
sealed partial class RoutesJson : JsonSerializerContext;
