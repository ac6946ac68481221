using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

public class AilmentWatchTests
{
    const string Id = "shop.web.3";

    static readonly BlockedProcess Blocked = new(100, 5, 40, "io_schedule");

    IReadOnlyDictionary<string, AilingWorker> _state = new Dictionary<string, AilingWorker>();

    string? Ailment => _state.GetValueOrDefault(Id)?.Ailment;

    [Fact]
    public void A_process_that_stays_in_the_same_sleep_is_named_with_its_place()
    {
        Turn(0, blocked: [Blocked]);
        Assert.Null(Ailment);
        Turn(1, blocked: [Blocked]);
        Assert.Null(Ailment);
        var news = Assert.Single(Turn(2, blocked: [Blocked]));
        Assert.Equal("process 100 has been blocked in the kernel for 2 s (state D, in io_schedule): it waits for a disk, a network file system or memory, and no signal but, at best, KILL reaches it", Ailment);
        Assert.Equal(("worker.stuck", Id, "web.3: " + Ailment), (news.Kind, news.Worker, news.Message));
        Assert.Empty(Turn(60, blocked: [Blocked]));
        Assert.Contains("for 60 s", Ailment, StringComparison.Ordinal);
        Assert.Equal("worker.unstuck", Assert.Single(Turn(61)).Kind);
        Assert.Null(Ailment);
    }

    [Fact]
    public void The_longest_of_several_is_named_and_a_place_that_is_not_told_is_left_out()
    {
        Turn(0, blocked: [Blocked with { Pid = 7, WaitsIn = null }]);
        Turn(9, blocked: [Blocked, Blocked with { Pid = 7, WaitsIn = null }]);
        Assert.StartsWith("process 7 has been blocked in the kernel for 9 s (state D): it", Ailment, StringComparison.Ordinal);
    }

    /// <summary>Who works hard on a disk is in state D whenever one looks.</summary>
    [Fact]
    public void A_process_that_ran_in_between_or_is_another_is_not_stuck()
    {
        for (var second = 0; second < 20; second++)
            Turn(second, blocked: [Blocked with { Switches = second }]);
        Assert.Null(Ailment);
        Turn(30, blocked: [Blocked]);
        Turn(40, blocked: [Blocked with { StartTicks = 6 }]);
        Assert.Null(Ailment);
    }

    [Fact]
    public void Connections_that_wait_while_nothing_is_answered_are_named()
    {
        Turn(0, queue: new(3, 128), answers: 10);
        Turn(1, queue: new(4, 128), answers: 10);
        Assert.Null(Ailment);
        Turn(2, queue: new(5, 128), answers: 10);
        Assert.Equal("5 connections wait to be accepted on port 5000 (at most 128 can), and it has answered nothing for 2 s", Ailment);
        Turn(3, queue: new(1, 128), answers: 10);
        Assert.StartsWith("1 connection waits to be accepted", Ailment, StringComparison.Ordinal);
        // It answers, though more wait than ever: busy, not stuck.
        Turn(4, queue: new(90, 128), answers: 11);
        Assert.Null(Ailment);
        Turn(5, queue: new(90, 128), answers: 12);
        Turn(6, queue: new(0, 128), answers: 12);
        Turn(9, queue: new(1, 128), answers: 12);
        Assert.Null(Ailment);
    }

    [Fact]
    public void A_group_that_makes_its_processes_wait_for_memory_is_named_at_once_and_first()
    {
        Turn(0, blocked: [Blocked], queue: new(3, 5), memory: new(true, 0, 0));
        Assert.Contains("(under_oom)", Ailment, StringComparison.Ordinal);
        Turn(5, blocked: [Blocked], queue: new(3, 5), memory: new(true, 0, 0));
        Assert.Contains("(under_oom)", Ailment, StringComparison.Ordinal);
        Turn(6, blocked: [Blocked], memory: new(false, 0, 0));
        Assert.StartsWith("process 100 has been blocked in the kernel for 6 s", Ailment, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_that_was_full_is_spoken_of_for_a_minute()
    {
        Turn(0, memory: new(false, 4, 1));
        Assert.Null(Ailment);
        Turn(1, memory: new(false, 5, 2));
        Assert.Equal("its memory group was full 0 s ago, and 2 of its processes were killed for it so far", Ailment);
        Turn(60, memory: new(false, 5, 2));
        Assert.Contains("59 s ago", Ailment, StringComparison.Ordinal);
        Turn(61, memory: new(false, 5, 2));
        Assert.Null(Ailment);
    }

    [Fact]
    public void Of_a_worker_that_is_gone_nothing_is_kept()
    {
        Turn(0, blocked: [Blocked]);
        (_state, var news) = AilmentWatch.Turn(_state, [], TimeSpan.FromSeconds(5));
        Assert.Empty(_state);
        Assert.Empty(news);
    }

    IReadOnlyList<AilmentNews> Turn(int second, BlockedProcess[]? blocked = null, AcceptQueue? queue = null, long answers = 0, GroupMemory? memory = null)
    {
        (_state, var news) = AilmentWatch.Turn(_state, [new WorkerSight(Id, 5000, blocked ?? [], queue, answers, memory)], TimeSpan.FromSeconds(second));
        return news;
    }
}
