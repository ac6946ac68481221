using Understudy.Api;
using Understudy.Cli;

namespace Understudy.Tests.Cli;

public class MemoryViewTests
{
    [Fact]
    public void Piped_all_of_it_is_plain_and_trees_are_trees() => Assert.Equal("""
        web-1
        memory    2,000 MB, 1,200 MB available (60 %); swap 500 MB, 100 MB used; pressure 1.5 % (all tasks 0.2 %); gone in 1m 20s at 20 MB/s
        measured  5 processes of ours, PSS read up to 12s ago (--exact: now)

        NAME           PSS  PRIVATE  SHARED  SWAP  CHARGE  PROCS   PID     AGE  RELEASE, COMMAND
        shop web    200 MB   130 MB   70 MB     0  300 MB      4                2 workers
          web.1     150 MB   100 MB   50 MB     0  200 MB      3  1001  1h 15m  20260101000000-aaaaaaaa gen 3, adopted
            ruby     60 MB    30 MB   30 MB     0                 1001  1h 15m  puma 5.6 (tcp) [shop]
              ruby   45 MB    22 MB   22 MB     0                 1002  1h 15m  puma: cluster worker 1: 1001
              ruby   45 MB    22 MB   22 MB     0                 1003  1h 15m  puma: cluster worker 2: 1001
          web.2      50 MB    30 MB   20 MB     0  100 MB      1  2001      5s  20260101000000-aaaaaaaa gen 3, starting
        agent        25 MB    20 MB    5 MB     0       -      1   500  1h 15m  understudy agent

        ADOPTED  1 worker of an agent before this one: shop.web.1

        OTHERS  the largest of 31 on this host that are not ours
          NAME        PSS  PRIVATE  SHARED  SWAP  CHARGE  PROCS  PID     AGE  RELEASE, COMMAND
          postgres  80 MB    40 MB   40 MB     0                 700  1h 15m  postgres: checkpointer

        """, Shown(MemorySamples.Host()));

    [Fact]
    public void A_large_tree_is_folded_unless_all_is_wanted()
    {
        var folded = Shown(MemorySamples.Host(forks: 500));
        Assert.Contains("    and 495 more  22.3 GB", folded, StringComparison.Ordinal);
        Assert.Equal(6, folded.Split('\n').Count(line => line.Contains("puma", StringComparison.Ordinal)));
        var whole = Shown(MemorySamples.Host(forks: 500), all: true);
        Assert.DoesNotContain("more", whole, StringComparison.Ordinal);
        Assert.Equal(501, whole.Split('\n').Count(line => line.Contains("puma", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_is_stale_stands_apart_with_its_age_its_reason_and_what_keeps_it()
    {
        var text = Shown(MemorySamples.Host() with { Stale = [MemorySamples.Stale, MemorySamples.Stale with { Id = "shop.web.7", InDoubt = true, Since = null }] });
        Assert.Contains("STALE  ours, and in no current set: 2 processes, 180 MB; `understudy reap` shows what it would end\n", text, StringComparison.Ordinal);
        Assert.Contains("  shop.web.0  90 MB    80 MB   10 MB     0       -      1  900  1h 15m  release unknown\n    stale for 9m 0s: is in no pool's ledger\n    was asked to end 3 s ago; is killed in 27 s\n", text, StringComparison.Ordinal);
        Assert.Contains("    in doubt: is in no pool's ledger\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_read_is_marked_and_what_is_missing_is_said()
    {
        var host = MemorySamples.Host();
        var pool = host.Pools[0] with { Sum = MemorySamples.Sum(4, 200, 130, unmeasured: 1), Workers = [host.Pools[0].Workers[0] with { Sum = MemorySamples.Sum(1, 0, 0, unmeasured: 1), Processes = [] }] };
        var text = Shown(host with { Agent = "does not answer (pid 7)", Missing = ["how fast memory goes"], Pools = [pool] });
        Assert.StartsWith("web-1  the agent does not answer (pid 7): this is what the kernel and the written state say\n", text, StringComparison.Ordinal);
        Assert.Contains("measured  5 processes of ours, PSS read up to 12s ago (--exact: now); 1 not read yet, and missing in the sums (+)\nunknown   how fast memory goes\n", text, StringComparison.Ordinal);
        Assert.Contains("shop web  200 MB+  130 MB+  70 MB+", text, StringComparison.Ordinal);
        Assert.Contains("  web.1         -        -", text, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_terminal_it_fits_the_width() =>
        Assert.All(Ran.View(live: true, screen => new MemoryView(screen, all: false).Write(MemorySamples.Host() with { Stale = [MemorySamples.Stale] })).Split('\n'), line => Assert.InRange(line.Length, 0, 80));

    [Fact]
    public void Control_letters_in_what_a_process_calls_itself_do_nothing()
    {
        var host = MemorySamples.Host();
        Assert.Contains("^[[2Jpuma", Shown(host with { Others = [MemorySamples.Process(700, 1, 0, "ev\e[2Jil", 80, "\e[2Jpuma")] }), StringComparison.Ordinal);
    }

    static string Shown(MemoryDocument host, bool all = false) => Ran.View(live: false, screen => new MemoryView(screen, all).Write(host));
}
