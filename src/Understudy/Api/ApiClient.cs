using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Understudy.Api;

/// <summary>The agent's API as the CLI uses it. Calls block.</summary>
/// <param name="within">An answer must have come by then. Default 10 s.</param>
internal sealed class ApiClient(IAgentEndpoint agent, TimeSpan? within = null)
{
    /// <summary>The agent may take as long as this for a part of what is uploaded.</summary>
    static readonly TimeSpan UploadWithin = TimeSpan.FromMinutes(2);

    readonly TimeSpan within = within ?? TimeSpan.FromSeconds(10);

    public byte[] StatusBytes() => Ask("GET", "/v1/status", []);

    public HostDocument Status() => Parse(StatusBytes(), JsonDocuments.Readable.HostDocument);

    public byte[] MemoryBytes(bool exact) => Ask("GET", exact ? "/v1/memory?exact=1" : "/v1/memory", []);

    public MemoryDocument Memory(bool exact) => Parse(MemoryBytes(exact), JsonDocuments.Readable.MemoryDocument);

    public RunDocument Run(string? app) => Parse(Ask("GET", OfApp("/v1/run", app), []), JsonDocuments.Readable.RunDocument);

    public EnvDocument Env(string? app) => Parse(Ask("GET", OfApp("/v1/env", app), []), JsonDocuments.Readable.EnvDocument);

    public DoneDocument ChangeEnv(EnvRequest request) => Post("/v1/env", request, JsonDocuments.Readable.EnvRequest);

    public DoneDocument Restart(RestartRequest request) => Post("/v1/restart", request, JsonDocuments.Readable.RestartRequest);

    public DoneDocument Scale(ScaleRequest request) => Post("/v1/scale", request, JsonDocuments.Readable.ScaleRequest);

    /// <summary>The newest `count` events, or those after an id; oldest first.</summary>
    public IReadOnlyList<EventDocument> Events(long? after, int count)
    {
        using var exchange = Send("GET", EventsTarget(after, count), []);
        var events = new List<EventDocument>();
        while (exchange.ReadLine() is { } line)
            events.Add(ParseEvent(line));
        return events;
    }

    /// <summary>The same, and then each event as it happens; ends when the agent goes away.</summary>
    public IEnumerable<EventDocument> FollowEvents(long? after, int count)
    {
        using var exchange = Send("GET", EventsTarget(after, count) + "&follow=1", []);
        exchange.WaitWithoutLimit();
        while (NextLine(exchange) is { } line)
            yield return ParseEvent(line);
    }

    static string OfApp(string target, string? app) => app is null ? target : $"{target}?app={Uri.EscapeDataString(app)}";

    static string EventsTarget(long? after, int count) =>
        FormattableString.Invariant(after is { } id ? (FormattableString)$"/v1/events?after={id}&limit={count}" : $"/v1/events?last={count}");

    static EventDocument ParseEvent(string line) => Parse(System.Text.Encoding.UTF8.GetBytes(line), JsonDocuments.Readable.EventDocument);

    static string? NextLine(HttpExchange exchange)
    {
        try
        {
            return exchange.ReadLine();
        }
        catch (Exception gone) when (gone is IOException or SocketException)
        {
            return null;
        }
    }

    DoneDocument Post<T>(string target, T request, JsonTypeInfo<T> type) => Post(target, request, type, JsonDocuments.Readable.DoneDocument);

    public TAnswer Post<T, TAnswer>(string target, T request, JsonTypeInfo<T> type, JsonTypeInfo<TAnswer> answer) =>
        Parse(Ask("POST", target, JsonSerializer.SerializeToUtf8Bytes(request, type)), answer);

    public T Get<T>(string target, JsonTypeInfo<T> answer) => Parse(Ask("GET", target, []), answer);

    public DoneDocument Delete(string target) => Parse(Ask("DELETE", target, []), JsonDocuments.Readable.DoneDocument);

    /// <summary>Sends a body of known length as it is made.</summary>
    public T Upload<T>(string method, string target, long length, Action<Action<ReadOnlySpan<byte>>> write, JsonTypeInfo<T> answer)
    {
        using var exchange = Sent(() => HttpExchange.Send(agent, method, target, length, write, UploadWithin));
        return Parse(Reading(exchange.ReadToEnd), answer);
    }

    /// <summary>Lines of an answer that stays open; ends with it, or when the agent goes away.</summary>
    public IEnumerable<T> Lines<T>(string target, JsonTypeInfo<T> type)
    {
        using var exchange = Send("GET", target, []);
        exchange.WaitWithoutLimit();
        while (NextLine(exchange) is { } line)
            yield return Parse(System.Text.Encoding.UTF8.GetBytes(line), type);
    }

    byte[] Ask(string method, string target, byte[] body)
    {
        using var exchange = Send(method, target, body);
        return Reading(exchange.ReadToEnd);
    }

    HttpExchange Send(string method, string target, byte[] body) => Sent(() => HttpExchange.Send(agent, method, target, body, within));

    HttpExchange Sent(Func<HttpExchange> send)
    {
        HttpExchange exchange;
        try
        {
            exchange = send();
        }
        catch (Exception failure) when (failure is ArgumentOutOfRangeException or SocketException or IOException)
        {
            throw agent.Absent(failure, within);
        }
        if (exchange.Status < 400)
            return exchange;
        using (exchange)
            throw new AgentRefused(exchange.Status, Refusal(exchange));
    }

    string Refusal(HttpExchange exchange)
    {
        try
        {
            return Parse(Reading(exchange.ReadToEnd), JsonDocuments.Readable.ErrorDocument).Error;
        }
        catch (JsonException)
        {
            return agent.Strange(exchange.Status);
        }
    }

    byte[] Reading(Func<byte[]> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            throw agent.Absent(failure, within);
        }
    }

    static T Parse<T>(byte[] json, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(json, type) ?? throw new JsonException("the agent answered null");
}
