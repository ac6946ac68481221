using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Decisions.Proxying;

/// <summary>Three other hosts that freeze, are slow and come back, and a prober that is itself held up, in seeded histories of a minute each.</summary>
public class HostSimulationTests
{
    const int Hosts = 3;
    static readonly TimeSpan tick = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void A_frozen_host_is_out_within_a_second_a_slow_one_never_and_not_all_on_timeouts()
    {
        var (frozen, back) = (0, 0);
        for (var seed = 0; seed < 300; seed++)
        {
            var world = new World(seed);
            while (world.Now < TimeSpan.FromSeconds(60)) world.Step();
            (frozen, back) = (frozen + world.MarkedDown, back + world.CameBack);
        }

        Assert.True(frozen > 500 && back > 500, $"the histories showed little: {frozen} marked down, {back} came back");
    }

    sealed class World(int seed)
    {
        readonly Random random = new(seed);
        readonly Host[] hosts = [.. Enumerable.Range(0, Hosts).Select(_ => new Host())];
        TimeSpan heldUntil;
        TimeSpan lastLook;

        public TimeSpan Now { get; private set; }
        public int MarkedDown { get; private set; }
        public int CameBack { get; private set; }

        public void Step()
        {
            Now += tick;
            foreach (var host in hosts) Happen(host);
            if (random.Next(400) == 0) heldUntil = Now + TimeSpan.FromMilliseconds(random.Next(2000));
            if (Now < heldUntil) return;
            var stalled = Now - lastLook > TimeSpan.FromMilliseconds(300);
            lastLook = Now;
            foreach (var host in hosts) Hear(host);
            foreach (var host in hosts) Look(host, stalled);
            Check();
        }

        void Happen(Host host)
        {
            if (host.FrozenUntil is { } end && Now >= end)
            {
                host.FrozenUntil = null;
                host.ThawedAt = Now;
            }
            else if (host.FrozenUntil is null && random.Next(200) == 0)
            {
                host.FrozenUntil = Now + TimeSpan.FromMilliseconds(random.Next(200, 6000));
                host.FrozenAt = Now;
            }

            // An answer on its way when its host freezes comes after the thaw.
            if (host.AnswerAt is { } due && host.FrozenUntil is { } until && due > host.FrozenAt && due < until) host.AnswerAt = until + TimeSpan.FromMilliseconds(random.Next(50));
        }

        void Hear(Host host)
        {
            if (host.AskedAt is not { } asked) return;
            HostEvidence? evidence = host.AnswerAt <= Now ? new HostEvidence(HostEvidenceKind.Answered, 200)
                : Now - asked >= HostHealth.Silence ? new HostEvidence(HostEvidenceKind.Missed) : null;
            if (evidence is not { } came) return;
            if (came.Kind == HostEvidenceKind.Answered) host.LastAnswer = Now;
            host.AskedAt = host.AnswerAt = null;
            Take(host, host.Health.Weigh(came, Well(host), Now));
        }

        void Look(Host host, bool stalled)
        {
            if (stalled) host.Health = host.Health.Stalled(Now);
            Take(host, host.Health.Look(host.LastAnswer, Well(host), Now));
            if (host.AskedAt is not null || !host.Health.IsDue(false, Now)) return;
            host.Health = host.Health.Ask(Now);
            host.AskedAt = Now;
            host.AnswerAt = Now + TimeSpan.FromMilliseconds(random.Next(1, 450));
        }

        void Take(Host host, (HostHealth Next, HealthActions Actions) turn)
        {
            if (turn.Actions.HasFlag(HealthActions.MarkDown))
            {
                MarkedDown++;
                Assert.True(host.FrozenUntil is not null || Now - host.ThawedAt < TimeSpan.FromSeconds(1), $"seed {seed}, {Now}: marked down though it was well");
                Assert.True(hosts.Any(other => other != host && other.Health.IsUp), $"seed {seed}, {Now}: the last one is marked down on timeouts");
            }

            if (turn.Actions.HasFlag(HealthActions.MarkUp)) CameBack++;
            host.Health = turn.Next;
        }

        void Check()
        {
            foreach (var host in hosts)
            {
                var others = hosts.Where(other => other != host).ToList();
                var since = host.FrozenAt > heldUntil ? host.FrozenAt : heldUntil;
                var other = others.Any(one => one.FrozenUntil is null && one.Health.IsUp && Now - one.ThawedAt > TimeSpan.FromSeconds(1.5));
                if (host.FrozenUntil is not null && other && Now - since > TimeSpan.FromSeconds(1))
                    Assert.False(host.Health.IsUp, $"seed {seed}, {Now}: frozen for {(Now - since).TotalSeconds:0.00} s and still given requests");
                if (host.FrozenUntil is null && Now - host.ThawedAt > TimeSpan.FromSeconds(3) && Now - heldUntil > TimeSpan.FromSeconds(3))
                    Assert.True(host.Health.IsUp, $"seed {seed}, {Now}: well for 3 s and not back");
            }
        }

        bool Well(Host than) => hosts.Any(other => other != than && other.Health.IsUp && !other.Health.IsQuiet(other.LastAnswer, Now));
    }

    sealed class Host
    {
        public HostHealth Health = HostHealth.New(default);
        public TimeSpan? FrozenUntil;
        public TimeSpan FrozenAt;
        public TimeSpan ThawedAt;
        public TimeSpan? AskedAt;
        public TimeSpan? AnswerAt;
        public TimeSpan? LastAnswer;
    }
}
