using System.Net;
using Understudy.Api;
using Understudy.State;

namespace Understudy;

/// <summary>What the API may ask about tokens. Refusals are `OperationRefused` with a sentence for the operator.</summary>
public sealed class TokenOperations
{
    static readonly TimeSpan TellAgainAfter = TimeSpan.FromMinutes(1);

    readonly ApiTokens _tokens;
    readonly EventLog _events;
    readonly TimeProvider _time;
    readonly WrongTries _wrong;
    readonly Lock _gate = new();
    DateTimeOffset _told;

    internal TokenOperations(ApiTokens tokens, EventLog events, TimeProvider time)
    {
        _tokens = tokens;
        _events = events;
        _time = time;
        _wrong = new WrongTries(time);
    }

    /// <param name="agent">The address that other machines are to use; null: the agent listens for none.</param>
    internal TokenCreatedDocument Create(TokenRequest request, string? agent)
    {
        if (agent is null)
            throw new OperationRefused("the agent listens on its unix socket alone, where no token is needed: write `api: {}` into agent.yaml (`docs/agent.example.yaml` shows its keys), start the agent again, and then make the token");
        var token = _tokens.Create(request.Name, request.By);
        _events.Add("token.created", $"the token {request.Name} was made (by {request.By})");
        return new TokenCreatedDocument(request.Name, agent, token);
    }

    internal IReadOnlyList<TokenDocument> List() => [.. _tokens.List().Select(one => new TokenDocument(one.Name, one.CreatedAt, one.CreatedBy, one.UsedAt))];

    internal DoneDocument Revoke(string name, string by)
    {
        _tokens.Revoke(name);
        _events.Add("token.revoked", $"the token {name} was revoked (by {by})");
        return new DoneDocument($"the token {name} opens nothing any more");
    }

    /// <summary>Null: it is none of ours, and <paramref name="tooMany"/> says whether this address has tried too often.</summary>
    internal TokenPass? Admit(string token, IPAddress? from, out bool tooMany)
    {
        tooMany = false;
        if (_tokens.Find(token) is { } pass)
            return pass;
        tooMany = _wrong.Count(from) > WrongTries.MostPerMinute;
        if (tooMany)
            Tell(from);
        return null;
    }

    /// <summary>For the Prometheus page.</summary>
    internal string Metrics => FormattableString.Invariant($"""
        # HELP understudy_api_wrong_tokens_total Requests from other machines without a right token.
        # TYPE understudy_api_wrong_tokens_total counter
        understudy_api_wrong_tokens_total {_wrong.Total}

        """);

    /// <summary>Once a minute, whoever it is: what strangers do must not push the rest out of the event log.</summary>
    void Tell(IPAddress? from)
    {
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            if (now - _told < TellAgainAfter)
                return;
            _told = now;
        }
        _events.Add("token.wrong", $"more than {WrongTries.MostPerMinute} requests without a right token came from {from} within a minute; more of them are answered with 429");
    }
}
