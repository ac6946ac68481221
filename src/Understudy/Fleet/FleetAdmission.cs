using System.Net;
using Understudy.Decisions.Config;
using Understudy.Decisions.Fleet;
using Understudy.State;

namespace Understudy.Fleet;

/// <summary>Who gets a certificate of the fleet, by whom and for which name.</summary>
/// <param name="own">This host.</param>
/// <param name="fleet">What this host knows of it.</param>
sealed class FleetAdmission(string own, FleetPapers papers, JoinTokens tokens, HostRegistry registry, Func<FleetFile> fleet, EventLog events, TimeProvider time)
{
    /// <summary>What everybody may see: by its fingerprint, which the token has, one who joins knows the fleet before it says anything.</summary>
    public string AuthorityPem { get; } = papers.AuthorityPem;

    /// <exception cref="OperationRefused">The token or the rest is not good.</exception>
    public async Task<JoinAnswerDocument> Join(JoinRequest request, IPAddress from, CancellationToken cancellation)
    {
        if (request.Protocol != JoinRequest.Spoken)
            throw new OperationRefused($"this fleet's agents (version {Product.Version}) talk another way than yours: install the same version there", RefusalKind.Invalid);
        using var signer = papers.Signer() ?? throw new OperationRefused($"{own} does not keep the fleet's store, and signs for nobody: ask one of {string.Join(", ", fleet().Keepers)}");
        switch (await tokens.Redeem(request.Token, FleetAuthority.KeyOf(request.SigningRequest), cancellation))
        {
            case JoinAnswer.Accepted:
                break;
            case JoinAnswer.Expired:
                throw Wrong(from, "the token has expired: make another with `understudy fleet token`");
            case JoinAnswer.UsedBefore:
                throw Wrong(from, "the token was used before, and each is good for one host: make another with `understudy fleet token`");
            case JoinAnswer.NotKnown:
                throw new OperationRefused("the fleet's store does not answer now; try the same token again");
            default:
                throw Wrong(from, "no such token was made in this fleet, or it is long over: make one with `understudy fleet token`");
        }
        if (Names.Check(request.Host) is not null)
            throw new OperationRefused($"a host's name has {Names.Expected}, which \"{(request.Host.Length > 80 ? request.Host[..80] : request.Host)}\" is not: write `host:` in its agent.yaml, and join again with the same token", RefusalKind.Invalid);
        if (!IPAddress.TryParse(request.Address, out var address) || !address.Equals(from))
            throw new OperationRefused($"the host says that it is reached at {request.Address}, and asks from {from}: its certificate would be for another's address. Give the address by which it reaches the fleet with --address", RefusalKind.Invalid);
        if (registry.Hosts.FirstOrDefault(host => host.Host == request.Host || host.Address == request.Address) is { } same && !(registry.IsSilent(same.Host) || same.Host == request.Host && same.Address == request.Address))
            throw new OperationRefused($"the fleet has a host {same.Host} at {same.Address}: give this one another name (`host:` in its agent.yaml) and address, and join again with the same token");
        var certificate = signer.Issue(request.SigningRequest, request.Host, [address], time);
        await registry.Welcome(request.Host, cancellation);
        events.Add("host.joined", $"{request.Host} ({address}) has joined the fleet: its certificate is good for {CertificateRenewal.Lasts.TotalDays:0} days and renews itself");
        return new JoinAnswerDocument(certificate, fleet().Keepers, fleet().Epoch);
    }

    public EpochAnswer Epoch => new(fleet().Epoch, fleet().Keepers);

    /// <param name="host">Whom its certificate names.</param>
    /// <exception cref="OperationRefused">This host does not sign, or knows no such host.</exception>
    public RenewAnswer Renew(string host, RenewRequest request)
    {
        using var signer = papers.Signer() ?? throw new OperationRefused($"{own} does not sign certificates");
        var known = registry.Hosts.FirstOrDefault(one => one.Host == host) ?? throw new OperationRefused($"the fleet has no host {host}: let it join again", RefusalKind.Unknown);
        return new RenewAnswer(signer.Issue(request.SigningRequest, host, [IPAddress.Parse(known.Address)], time), fleet().Keepers.Contains(known.Address) ? signer.Export() : null);
    }

    /// <summary>Told to the operators too: a token that is tried twice may be in the wrong hands.</summary>
    OperationRefused Wrong(IPAddress from, string why)
    {
        events.Add("host.refused", $"a host at {from} was not let into the fleet: {why}");
        return new OperationRefused(why, RefusalKind.Invalid);
    }
}
