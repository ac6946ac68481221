using System.Text.Json.Serialization;
using Shop.Experiments;
using Shop.Orders;
using Shop.Pages;

namespace Shop;

[JsonSerializable(typeof(Details))]
[JsonSerializable(typeof(OrderList))]
[JsonSerializable(typeof(ExperimentResult))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ShopJson : JsonSerializerContext;

/// <summary>One part that a worker relies on. State: ok, off (not configured) or failed.</summary>
internal sealed record Part(string Kind, string State, string? Detail = null);
