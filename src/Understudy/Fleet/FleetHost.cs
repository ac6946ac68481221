using System.Net;
using System.Runtime.InteropServices;
using Understudy.Decisions.Fleet;
using Understudy.Linux;
using Understudy.State;
using Understudy.State.Etcd;

namespace Understudy.Fleet;

/// <summary>This host as one of a fleet, from its joining on: its part of the store, what it says of itself, whom it knows, and its papers.</summary>
sealed class FleetHost : IAsyncDisposable
{
    static readonly TimeSpan TurnEvery = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(5);
    static readonly TimeSpan PapersEvery = TimeSpan.FromMinutes(1);
    static readonly TimeSpan EpochEvery = TimeSpan.FromSeconds(10);
    static readonly TimeSpan RecoversWithin = TimeSpan.FromSeconds(30);

    readonly FleetParts _parts;
    readonly CancellationTokenSource _stop = new();
    readonly FleetPapers _papers;
    readonly EtcdStore _store;
    readonly EtcdKeeper _keeper;
    readonly StoreSeat _seat;
    readonly StoreTending _tending;
    readonly FleetListener _listener;
    readonly string? _etcd = EtcdKeeper.Version();
    readonly List<Task> _loops = [];
    readonly SemaphoreSlim _turning = new(1, 1);
    readonly TaskCompletionSource<RemovalRecord> _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    TimeSpan _beaten;
    TimeSpan _epochAsked;
    TimeSpan _papersSeen;
    FleetFile _file;

    FleetHost(FleetParts parts, FleetFile file)
    {
        (_parts, _file) = (parts, file);
        _papers = FleetPapers.Open(parts.Paths, parts.Box, parts.Time);
        _store = new EtcdStore(new EtcdOptions
        {
            Endpoints = [.. (file.Keepers is [] ? [file.Address] : file.Keepers).Select(FleetFile.StoreAddressOf)],
            Client = file.Host,
            Tls = () => _papers.Identity.Client(),
            Time = parts.Time,
        });
        _keeper = new EtcdKeeper(parts.Paths, parts.Ownership, parts.Exits, parts.Events, parts.Time);
        _seat = new StoreSeat(parts.Paths, _keeper, _store, parts.Events);
        _tending = new StoreTending(parts.Paths, _store, parts.Events, parts.Time);
        Registry = new HostRegistry(_store, parts.Events) { Changed = Route };
        Events = new FleetEvents(parts.Paths, _store, parts.Events, file.Host, parts.Time);
        Tokens = new JoinTokens(_store, file.Host, _papers.Fingerprint, parts.Time);
        _listener = new FleetListener(_papers, new FleetAdmission(file.Host, _papers, Tokens, Registry, () => _file, parts.Events, parts.Time));
    }

    public FleetFile File => _file;

    public HostRegistry Registry { get; }

    public FleetEvents Events { get; }

    public JoinTokens Tokens { get; }

    public IReadOnlyList<EtcdPeer> Members => _seat.Members ?? [];

    /// <summary>The member that leads the store. 0: not known.</summary>
    public ulong Leader => _seat.Leader;

    /// <summary>Ends when somebody has removed this host from the fleet, and nothing of the fleet needs it any more.</summary>
    public Task<RemovalRecord> Removed => _removed.Task;

    public CertificateStanding Standing => _papers.Standing;

    public string AuthorityPem => _papers.AuthorityPem;

    /// <summary>What etcd said last, for where it does not come up.</summary>
    public string StoreSaid => _keeper.LastLines;

    /// <exception cref="OperationRefused">The papers or the address cannot be used.</exception>
    public static async Task<FleetHost> Start(FleetParts parts, FleetFile file, CancellationToken cancellation)
    {
        var host = new FleetHost(parts, file);
        try
        {
            host.Check();
            // Before etcd is started with it: what it kept may be worth nothing any more.
            await host.AskEpoch(cancellation);
            await host._listener.Start(file.Address, cancellation);
            host.Route();
            host._loops.Add(host.Registry.Follow(host._stop.Token));
            host._loops.Add(host.Events.Send(host._stop.Token));
            host._loops.Add(host.Run());
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the store answers and knows this host.</summary>
    public async Task<bool> IsIn(TimeSpan within, CancellationToken cancellation)
    {
        var deadline = BootClock.Now + within;
        while (!Registry.Listed || Registry.Hosts.All(host => host.Host != _file.Host))
        {
            if (BootClock.Now > deadline)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(100), _parts.Time, cancellation);
        }
        return true;
    }

    /// <summary>The agent's end: etcd lives on, and the next agent adopts it.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndLoops();
        _removed.TrySetCanceled();
        await _listener.DisposeAsync();
        await _store.DisposeAsync();
        _papers.Dispose();
        _turning.Dispose();
        _stop.Dispose();
    }

    /// <summary>Ends etcd too, for an agent that takes everything with it; the loops first, which would start it again.</summary>
    public async Task StopStore()
    {
        await EndLoops();
        await _keeper.Stop();
    }

    async Task EndLoops()
    {
        await _stop.CancelAsync();
        await Task.WhenAll([.. _loops, _tending.Upkeep]);
    }

    public void DiscardStore() => _keeper.Discard();

    async Task Run()
    {
        using var timer = new PeriodicTimer(TurnEvery, _parts.Time);
        try
        {
            do
            {
                await _turning.WaitAsync(_stop.Token);
                try
                {
                    await Turn();
                }
                catch (StoreSilent)
                {
                    // Told by the watch, once.
                }
                // A call that timed out is cancelled too, and ends no loop.
                catch (Exception bug) when (!_stop.IsCancellationRequested)
                {
                    _parts.Events.Trouble("a look at the fleet", bug);
                }
                finally
                {
                    _turning.Release();
                }
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException) { }
    }

    /// <summary>Begins the store anew with what this host has of it.</summary>
    /// <exception cref="OperationRefused">The store answers, or it cannot be done.</exception>
    public async Task Recover(string? snapshot, CancellationToken cancellation)
    {
        await _turning.WaitAsync(cancellation);
        try
        {
            if (await Answers(cancellation))
                throw new OperationRefused("the fleet's store answers: there is nothing to recover. `understudy hosts` shows who keeps it");
            if (!await _keeper.Stop())
                throw new OperationRefused("this host's etcd does not end, even when killed: the kernel holds it. Restart the host, or recover on another that kept the store");
            _keeper.Restore(_file, snapshot);
            var next = _file with { Epoch = _file.Epoch + 1, Keepers = [_file.Address], Founding = false };
            next.Write(_parts.Paths);
            _file = next;
            _seat.Forget(next);
            var deadline = BootClock.Now + RecoversWithin;
            while (!await Answers(cancellation))
            {
                if (BootClock.Now > deadline)
                    throw new OperationRefused($"the store was begun anew and does not answer within {RecoversWithin.TotalSeconds:0} s: {_keeper.LastLines}");
                _file = await _seat.Turn(_file, cancellation);
                await Task.Delay(TimeSpan.FromMilliseconds(200), _parts.Time, cancellation);
            }
        }
        finally
        {
            _turning.Release();
        }
    }

    async Task<bool> Answers(CancellationToken cancellation)
    {
        try
        {
            await _store.Get(HostRecord.Folder + _file.Host, cancellation);
            return true;
        }
        catch (StoreSilent)
        {
            return false;
        }
    }

    /// <summary>Whether the store was begun anew without this host: then what it kept is worth nothing, and who keeps the new one is told.</summary>
    async Task AskEpoch(CancellationToken cancellation)
    {
        _epochAsked = BootClock.Now;
        if (!_keeper.HasData && !_keeper.Running && !_seat.AsksForEpoch)
            return;
        var answers = await Task.WhenAll(_file.Keepers.Where(keeper => keeper != _file.Address).Select(async keeper =>
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            late.CancelAfter(TimeSpan.FromSeconds(1));
            try
            {
                return await FleetCalls.Epoch(keeper, _papers.Identity, late.Token);
            }
            catch (Exception silent) when (silent is OperationRefused || (silent is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                return null;
            }
        }));
        if (answers.OfType<EpochAnswer>().MaxBy(answer => answer.Epoch) is not { } newest)
            return;
        _seat.KnowEpoch();
        if (newest.Epoch <= _file.Epoch)
            return;
        if (_keeper.HasData || _keeper.Running)
        {
            if (!await _keeper.Stop())
                return;
            _parts.Events.Add("etcd.left", "the fleet's store was begun anew without this host: what it kept is removed");
            _keeper.Discard();
        }
        var next = _file with { Epoch = newest.Epoch, Keepers = newest.Keepers };
        next.Write(_parts.Paths);
        _file = next;
        _seat.Forget(next);
    }

    async Task Turn()
    {
        if (BootClock.Now - _epochAsked >= EpochEvery || _seat.AsksForEpoch)
            await AskEpoch(_stop.Token);
        _file = await _seat.Turn(_file, _stop.Token);
        if (BootClock.Now - _papersSeen >= (_seat.Own is not null && !_papers.Signs ? BeatEvery : PapersEvery))
        {
            _papersSeen = BootClock.Now;
            await RenewPapers();
        }
        if (_seat.Members is not { } members || !Registry.Listed)
            return;
        if (Registry.Removed.TryGetValue(_file.Host, out var removal))
        {
            // Only once others keep what it kept of the store.
            if (!_keeper.Running && !_keeper.HasData && members.All(member => member.Name != _file.Host))
                _removed.TrySetResult(removal);
            else if (_seat.Leads)
                await _tending.Turn(members, _seat.Leader, Registry, _stop.Token);
            return;
        }
        await Registry.Say(new HostRecord(_file.Host, _file.Address, _file.Witness, RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(), Product.Version, _etcd, _keeper.HasData), _stop.Token);
        if (BootClock.Now - _beaten >= BeatEvery)
        {
            _beaten = BootClock.Now;
            await Registry.Beat(_file.Host, _parts.Beat(_papers.Identity.Until), _stop.Token);
        }
        if (!_seat.Leads)
        {
            _tending.Rest();
            return;
        }
        await _tending.Turn(members, _seat.Leader, Registry, _stop.Token);
        await Events.Trim(_stop.Token);
    }

    /// <summary>A host that keeps the store signs for itself, however late; the others ask one that does.</summary>
    async Task RenewPapers()
    {
        if (_papers.Signs)
        {
            Check();
            return;
        }
        var keeps = _seat.Own is not null;
        if (_papers.Standing == CertificateStanding.Good && !keeps)
            return;
        if (_papers.Standing == CertificateStanding.Expired)
        {
            _parts.Events.Trouble("the renewal of this host's certificate", new OperationRefused("it has expired, for the host was away for too long: let it join again (`understudy join`) with a token of `understudy fleet token`"));
            return;
        }
        OperationRefused? last = null;
        foreach (var keeper in _file.Keepers.Where(keeper => keeper != _file.Address))
        {
            try
            {
                var (key, request) = HostIdentity.Ask(_file.Host);
                var answer = await FleetCalls.Renew(keeper, _papers.Identity, new RenewRequest(request), _stop.Token);
                if (keeps && answer.Authority is { } authority)
                    _papers.PutSigner(authority);
                if (_papers.Standing == CertificateStanding.Good)
                    return;
                _papers.Renew(answer.Certificate, key);
                Renewed();
                return;
            }
            catch (OperationRefused refused)
            {
                last = refused;
            }
        }
        if (last is not null)
            _parts.Events.Trouble("the renewal of this host's certificate", last);
    }

    void Check()
    {
        if (!_papers.Signs || _papers.Standing == CertificateStanding.Good)
            return;
        _papers.SignOwn(IPAddress.Parse(_file.Address));
        Renewed();
    }

    void Renewed()
    {
        if (_keeper.Running || _keeper.HasData)
            _keeper.Prepare();
        _parts.Events.Add("host.renewed", $"this host's certificate in the fleet is renewed: good until {_papers.Identity.Until.ToUniversalTime():yyyy-MM-dd HH:mm} UTC");
    }

    void Route() => _parts.Reach(new FleetReach(
        _papers.Hop, $"hop://{FleetFile.At(_file.Address, FleetFile.HopPort)}",
        _file.Witness ? [] : !Registry.Listed ? null : [.. Registry.Hosts.Where(host => host.Host != _file.Host && !host.Witness && !Registry.IsDrained(host.Host)).Select(host => new Decisions.Proxying.HostRoute(host.Host, FleetFile.At(host.Address, FleetFile.HopPort)))],
        Registry.IsDrained(_file.Host)));
}
