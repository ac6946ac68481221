using System.Net.Security;
using Understudy.Decisions.Fleet;

namespace Understudy.State.Etcd;

/// <summary>How the store of a fleet is reached.</summary>
sealed record EtcdOptions
{
    /// <summary>Every member's client address: http://10.0.0.1:2379, or https with <see cref="Tls"/>.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>Who writes, unlike any other of the fleet: its commits are told from others' by it. A host's name.</summary>
    public required string Client { get; init; }

    /// <summary>Before every key, so that an etcd may hold other things too.</summary>
    public string Root { get; init; } = "understudy/";

    /// <summary>Asked for each member's channel, the ones that are made anew after silence among them; null: no TLS.</summary>
    public Func<SslClientAuthenticationOptions>? Tls { get; init; }

    public HedgeRules Calls { get; init; } = new();

    public WatchRules Watches { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
