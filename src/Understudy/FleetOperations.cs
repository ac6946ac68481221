using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using Understudy.Api;
using Understudy.Decisions.Config;
using Understudy.Fleet;
using Understudy.Linux;
using Understudy.State;

namespace Understudy;

/// <summary>What the API may ask about the fleet, and this host's way into it. Refusals are `OperationRefused` with a sentence for the operator.</summary>
public sealed class FleetOperations : IAsyncDisposable
{
    static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(40);
    static readonly TimeSpan FirstTokenLasts = TimeSpan.FromHours(1);

    readonly FleetParts _parts;
    readonly HostConfig _host;
    readonly Func<HostDocument> _status;
    readonly SemaphoreSlim _one = new(1, 1);
    FleetHost? _fleet;
    Task _leaving = Task.CompletedTask;
    IReadOnlyDictionary<string, HostBeat> _beats = new Dictionary<string, HostBeat>();

    internal FleetOperations(Func<Func<DateTimeOffset, HostBeat>, FleetParts> parts, HostConfig host, Func<HostDocument> status)
    {
        (_host, _status) = (host, status);
        _parts = parts(Beat);
    }

    string HostName => _host.Host ?? Environment.MachineName;

    FleetHost Fleet => _fleet ?? throw new OperationRefused("this host is in no fleet: begin one with `understudy fleet init`, or join one with `understudy join TOKEN`");

    /// <summary>Goes on with what this host is in, at the agent's start. A fleet that cannot be gone on with keeps no agent from serving.</summary>
    public async Task Resume(CancellationToken cancellation)
    {
        try
        {
            if (FleetFile.Read(_parts.Paths) is { } file)
                Be(await FleetHost.Start(_parts, file, cancellation));
        }
        catch (OperationRefused refused)
        {
            _parts.Events.Add("fleet.failed", $"this host serves alone, for its fleet cannot be gone on with: {refused.Message}");
        }
    }

    internal async Task<JoinTokenDocument> Init(FleetInitRequest request, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            MayEnter();
            var address = request.Address is null ? OnlyAddress() : OwnAddress(request.Address);
            MayKeep();
            using (var authority = FleetAuthority.Make(_parts.Time))
            {
                var (key, asked) = HostIdentity.Ask(HostName);
                FleetPapers.Put(_parts.Paths, authority.CertificatePem, authority.Issue(asked, HostName, [address], _parts.Time), key);
                FleetPapers.PutSigner(_parts.Paths, _parts.Box, authority.Export());
            }
            await Enter(new FleetFile { Host = HostName, Address = address.ToString(), Founding = true }, cancellation);
            _parts.Events.Add("fleet.begun", $"the fleet has begun, with this host, {HostName} ({address}) (by {request.By})");
            return await Token(FirstTokenLasts, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    internal async Task<DoneDocument> Join(FleetJoinRequest request, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            // One whose certificate has expired is in it by name alone.
            if (_fleet is not { Standing: Decisions.Fleet.CertificateStanding.Expired })
                MayEnter();
            var (token, fingerprint, keepers) = JoinText.Parse(request.Token);
            if (request.Witness)
                MayKeep();
            OperationRefused? last = null;
            foreach (var keeper in keepers)
            {
                try
                {
                    var (authority, from) = await FleetCalls.Authority(keeper, fingerprint, cancellation);
                    var address = request.Address is null ? from : OwnAddress(request.Address);
                    var (key, asked) = KeyFor(token);
                    var answer = await FleetCalls.Join(keeper, authority, new JoinRequest(token, HostName, address.ToString(), asked, JoinRequest.Spoken), cancellation);
                    if (_fleet is { } before)
                        await End(before, forGood: before.AuthorityPem.Trim() != authority.Trim());
                    FleetPapers.Put(_parts.Paths, authority, answer.Certificate, key);
                    await Enter(new FleetFile { Host = HostName, Address = address.ToString(), Witness = request.Witness, Keepers = answer.Keepers, Epoch = answer.Epoch }, cancellation);
                    File.Delete(JoiningPath);
                    _parts.Events.Add("fleet.joined", $"this host, {HostName} ({address}), has joined the fleet{(request.Witness ? " as a witness" : "")} (by {request.By})");
                    return new DoneDocument($"{HostName} ({address}) is in the fleet: `understudy hosts` lists it");
                }
                catch (OperationRefused refused) when (refused.Kind == RefusalKind.Conflict && keeper != keepers[^1])
                {
                    last = refused;
                }
            }
            throw last ?? new OperationRefused("the token names no host of the fleet", RefusalKind.Invalid);
        }
        finally
        {
            _one.Release();
        }
    }

    internal async Task<JoinTokenDocument> Token(JoinTokenRequest request, CancellationToken cancellation)
    {
        var made = await Token(TimeSpan.FromSeconds(request.Seconds), cancellation);
        _parts.Events.Add("fleet.token", $"a token to join the fleet was made, good until {made.Until.ToUniversalTime():yyyy-MM-dd HH:mm} UTC (by {request.By})");
        return made;
    }

    internal async Task<IReadOnlyList<FleetHostDocument>> Hosts(CancellationToken cancellation)
    {
        var fleet = Fleet;
        var silent = false;
        try
        {
            _beats = await fleet.Registry.Beats(cancellation);
        }
        catch (StoreSilent)
        {
            // What was said last is still worth showing on the worst night.
            silent = true;
        }
        var beats = _beats;
        var reached = _status().Apps.SelectMany(app => app.Pools).SelectMany(pool => pool.Hosts).GroupBy(host => host.Host).ToDictionary(host => host.Key, host => host.All(one => one.State == "up"));
        return [.. fleet.Registry.Hosts.Select(host => FleetDescription.Of(host, fleet, beats.GetValueOrDefault(host.Host), reached.TryGetValue(host.Host, out var up) ? up : null, silent))];
    }

    internal async Task<DoneDocument> Drain(DrainRequest request, CancellationToken cancellation)
    {
        var fleet = Fleet;
        if (fleet.Registry.Hosts.All(host => host.Host != request.Host))
            throw new OperationRefused($"the fleet has no host {request.Host}; it has {string.Join(", ", fleet.Registry.Hosts.Select(host => host.Host))}", RefusalKind.Unknown);
        if (request.On && fleet.Registry.Hosts.All(host => host.Host == request.Host || host.Witness || fleet.Registry.IsDrained(host.Host) || fleet.Registry.IsSilent(host.Host)))
            throw new OperationRefused($"no other host would be left to take the requests: {request.Host} goes on serving");
        await fleet.Registry.Drain(request.Host, request.On ? new DrainRecord(request.By, _parts.Time.GetUtcNow()) : null, cancellation);
        _parts.Events.Add(request.On ? "host.drained" : "host.undrained", $"{request.Host} {(request.On ? "gets no new requests" : "gets requests again")} (by {request.By})");
        return new DoneDocument(request.On ? $"{request.Host} gets no new requests; its workers stay up" : $"{request.Host} gets requests again");
    }

    internal async Task<DoneDocument> Remove(FleetRemoveRequest request, CancellationToken cancellation)
    {
        var (registry, own) = (Fleet.Registry, Fleet.File.Host);
        if (registry.Hosts.FirstOrDefault(host => host.Host == request.Host) is not { } host)
            throw new OperationRefused($"the fleet has no host {request.Host}; it has {string.Join(", ", registry.Hosts.Select(one => one.Host))}", RefusalKind.Unknown);
        if (host.Host == own && registry.Hosts.Count == 1)
            return await EndFleet(request.By, cancellation);
        if (host.Host == own)
            throw new OperationRefused($"{own} is this host: run this on another one of the fleet", RefusalKind.Invalid);
        if (!registry.IsSilent(host.Host) && !registry.IsDrained(host.Host) && !host.Witness)
            throw new OperationRefused($"{host.Host} serves: `understudy drain {host.Host}` first, and then remove it");
        await registry.Remove(host, new RemovalRecord(host.Address, request.By, _parts.Time.GetUtcNow()), cancellation);
        _parts.Events.Add("host.removed", $"{host.Host} ({host.Address}) is in the fleet no more (by {request.By})");
        return new DoneDocument($"{host.Host} is in the fleet no more; as soon as it can it serves alone, and what it kept of the store goes to others. It can join again with a token");
    }

    internal async Task<IReadOnlyList<FleetEventDocument>> Events(long after, int limit, CancellationToken cancellation)
    {
        try
        {
            return await Fleet.Events.Newest(after, limit, cancellation);
        }
        catch (StoreSilent silent)
        {
            throw new OperationRefused($"the fleet's store does not answer: {silent.Message}. `understudy events` has this host's own");
        }
    }

    internal async Task<DoneDocument> Recover(FleetRecoverRequest request, CancellationToken cancellation)
    {
        var fleet = Fleet;
        if (request.From is { } from && !File.Exists(from))
            throw new OperationRefused($"there is no snapshot {from}; {Path.Combine(_parts.Paths.Fleet, "snapshots")} has those that this host took", RefusalKind.Invalid);
        await fleet.Recover(request.From, cancellation);
        _parts.Events.Add("fleet.recovered", $"the fleet's store was begun anew with what {fleet.File.Host} had of it{(request.From is { } path ? $" ({path})" : "")} (by {request.By}); hosts that come back join it by themselves");
        return new DoneDocument($"the fleet's store is begun anew, kept by {fleet.File.Host}; hosts that come back join it by themselves");
    }

    /// <summary>With an agent that takes everything with it.</summary>
    internal Task StopStore() => _fleet?.StopStore() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        var fleet = _fleet;
        // One that is about to leave sees that it is not its turn any more.
        _fleet = null;
        if (fleet is not null)
            await fleet.DisposeAsync();
        await _leaving;
        _one.Dispose();
    }

    async Task<JoinTokenDocument> Token(TimeSpan lasts, CancellationToken cancellation)
    {
        var fleet = Fleet;
        var until = _parts.Time.GetUtcNow() + lasts;
        return new JoinTokenDocument(JoinText.Of(await fleet.Tokens.Create(lasts, cancellation), fleet.File.Keepers), until);
    }

    /// <summary>Undone where it does not come to be: the host serves alone.</summary>
    async Task Enter(FleetFile file, CancellationToken cancellation)
    {
        FleetHost? fleet = null;
        try
        {
            file.Write(_parts.Paths);
            fleet = await FleetHost.Start(_parts, file, cancellation);
            if (!await fleet.IsIn(AnswersWithin, cancellation))
                throw new OperationRefused($"the fleet's store does not answer within {AnswersWithin.TotalSeconds:0} s: {(fleet.StoreSaid is { Length: > 0 } said ? said : "see `understudy events`")}. Is port {FleetFile.StorePort} open between the hosts? Nothing was changed; try again");
            Be(fleet);
        }
        catch
        {
            FleetFile.Remove(_parts.Paths);
            if (fleet is not null)
            {
                await fleet.StopStore();
                if (file.Founding)
                    fleet.DiscardStore();
                await fleet.DisposeAsync();
            }
            // Last, for until here the fleet tells the proxy of its own.
            _parts.Reach(FleetReach.Alone);
            throw;
        }
    }

    void Be(FleetHost fleet)
    {
        _fleet = fleet;
        _leaving = LeaveWhenRemoved(fleet);
    }

    async Task LeaveWhenRemoved(FleetHost fleet)
    {
        try
        {
            var removal = await fleet.Removed;
            await _one.WaitAsync();
            try
            {
                if (_fleet != fleet)
                    return;
                await End(fleet, forGood: true);
                _parts.Events.Add("fleet.left", $"this host was removed from its fleet (by {removal.By}), and serves alone; `understudy join` with a token brings it back");
            }
            finally
            {
                _one.Release();
            }
        }
        catch (OperationCanceledException) { }
    }

    async Task<DoneDocument> EndFleet(string by, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            await End(Fleet, forGood: true);
            _parts.Events.Add("fleet.ended", $"this host was the last of its fleet, which is over; it serves alone (by {by})");
            return new DoneDocument($"{HostName} was the last host of its fleet, which is over; it serves alone");
        }
        finally
        {
            _one.Release();
        }
    }

    /// <param name="forGood">Nothing of it stays on this host; else it may go on with what it kept.</param>
    async Task End(FleetHost fleet, bool forGood)
    {
        _fleet = null;
        if (forGood)
        {
            await fleet.StopStore();
            fleet.DiscardStore();
        }
        await fleet.DisposeAsync();
        if (!forGood)
            return;
        FleetFile.Remove(_parts.Paths);
        _parts.Reach(FleetReach.Alone);
        FleetPapers.Remove(_parts.Paths);
    }

    void MayEnter()
    {
        if (_fleet is { } fleet)
            throw new OperationRefused($"this host is in a fleet already, as {fleet.File.Host} ({fleet.File.Address}): `understudy hosts` lists it");
        if (_host.Peers is not null)
            throw new OperationRefused("agent.yaml names `peers:`, which a fleet keeps by itself: remove them, start the agent again, and repeat this", RefusalKind.Invalid);
        if (Names.Check(HostName) is not null)
            throw new OperationRefused($"this host is called \"{HostName}\", and a name in a fleet has {Names.Expected}: write `host:` in agent.yaml, and start the agent again", RefusalKind.Invalid);
    }

    static void MayKeep()
    {
        if (EtcdKeeper.Binary() is null)
            throw new OperationRefused("this host has no etcd, which keeps what the hosts of a fleet share: apt install etcd-server, then systemctl disable --now etcd (Understudy runs it itself)");
    }

    static IPAddress OnlyAddress()
    {
        var own = Own().Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal).ToList();
        var shown = own.Where(address => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork).ToList() is { Count: > 0 } four ? four : own;
        return shown is [var only] ? only : throw new OperationRefused(
            $"say with --address at which of its addresses the other hosts reach this one: {(shown.Count == 0 ? "it has none but its loopback" : string.Join(", ", shown))}", RefusalKind.Invalid);
    }

    static IPAddress OwnAddress(string text)
    {
        if (!IPAddress.TryParse(text, out var address) || address.ToString() != text)
            throw new OperationRefused($"\"{text}\" is no IP address", RefusalKind.Invalid);
        return Own().Contains(address) ? address : throw new OperationRefused($"{address} is none of this host's addresses, which are {string.Join(", ", Own().Where(own => !IPAddress.IsLoopback(own)))}", RefusalKind.Invalid);
    }

    static IReadOnlyList<IPAddress> Own() => [.. NetworkInterface.GetAllNetworkInterfaces()
        .Where(device => device.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
        .SelectMany(device => device.GetIPProperties().UnicastAddresses).Select(address => address.Address)];

    HostBeat Beat(DateTimeOffset certificateUntil)
    {
        Decisions.Sampling.MemoryLevel memory = default;
        using var levels = HostMemory.Open();
        levels?.Read(ref memory);
        return FleetDescription.Beat(_status(), memory, HostMemory.LoadAverage(), _parts.Time.GetUtcNow(), certificateUntil);
    }

    string JoiningPath => Path.Combine(_parts.Paths.Fleet, "joining.pem");

    /// <summary>One key for one token: with it the same token may be tried again, where its answer was lost or the name was taken.</summary>
    (string KeyPem, byte[] SigningRequest) KeyFor(string token)
    {
        var mark = "# " + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(token))) + "\n";
        Files.MakePrivateFolder(_parts.Paths.Fleet);
        if (File.Exists(JoiningPath) && File.ReadAllText(JoiningPath) is var kept && kept.StartsWith(mark, StringComparison.Ordinal))
            return HostIdentity.Ask(HostName, kept[mark.Length..]);
        var made = HostIdentity.Ask(HostName);
        Files.Replace(JoiningPath, Encoding.ASCII.GetBytes(mark + made.KeyPem));
        return made;
    }
}
