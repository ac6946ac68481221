using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Understudy.Api;

/// <summary>A JSON object sent to the API, read member by member so that each mistake gets a sentence of its own.</summary>
internal sealed class RequestBody
{
    static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };
    readonly JsonElement members;

    RequestBody(JsonElement members) => this.members = members;

    /// <exception cref="BadRequest">Not a JSON object, or with members other than the known ones.</exception>
    public static async Task<RequestBody> Read(HttpRequest request, string[] known, CancellationToken cancellation)
    {
        var body = new RequestBody(await Parse(request, cancellation));
        foreach (var member in body.members.EnumerateObject())
            if (!known.Contains(member.Name))
                throw new BadRequest($"The body has an unknown member \"{Shortened(member.Name)}\"; known here: {string.Join(", ", known)}.");
        return body;
    }

    public string? Text(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value when value.GetString() is { Length: > 0 } text => text,
        _ => throw new BadRequest($"\"{name}\" must be a string that is not empty, or null."),
    };

    public int? Number(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) => number,
        _ => throw new BadRequest($"\"{name}\" must be a whole number, or null."),
    };

    public bool? Flag(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw new BadRequest($"\"{name}\" must be true or false, or null."),
    };

    /// <summary>An object of strings; empty where it is left out. What it holds may be secret, and is never part of a refusal.</summary>
    public IReadOnlyDictionary<string, string> Texts(string name) => Member(name) switch
    {
        null => new Dictionary<string, string>(),
        { ValueKind: JsonValueKind.Object } all => Whole(name, () => all.EnumerateObject().ToDictionary(member => member.Name, member => String(name, member.Value))),
        _ => throw new BadRequest($"\"{name}\" must be an object of strings, or null."),
    };

    /// <summary>A list of strings; empty where it is left out.</summary>
    public IReadOnlyList<string> List(string name) => Member(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } all => Whole(name, () => all.EnumerateArray().Select(item => String(name, item)).ToList()),
        _ => throw new BadRequest($"\"{name}\" must be a list of strings, or null."),
    };

    static string String(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new BadRequest($"\"{name}\" must hold strings, and holds something else ({value.ValueKind}).");

    static T Whole<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, which is no text.
            throw new BadRequest($"\"{name}\" holds what is not Unicode text.");
        }
    }

    JsonElement? Member(string name) => members.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    static async Task<JsonElement> Parse(HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, Strict, cancellation);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new BadRequest("The body must be a JSON object.");
        }
        catch (JsonException broken)
        {
            throw new BadRequest($"The body is not the JSON object that it must be: {Shortened(broken.Message)}");
        }
    }

    static string Shortened(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
