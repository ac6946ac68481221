using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

public class GuardRecyclingTests
{
    const long MB = 1_000_000;

    static readonly GuardSight Short = new(new MemoryLevel(1000 * MB, 100 * MB, 0, 0), default, 0);
    static readonly GuardSight Falling = Short with { FallingBytesPerSecond = 20 * MB };

    [Fact]
    public void The_largest_over_what_its_configuration_says_is_replaced()
    {
        var (order, _) = GuardRecycling.Choose([Worker(1, 350, stated: 400), Worker(2, 250, stated: 200), Worker(3, 220, stated: 200)], Short with { Level = Short.Level with { AvailableBytes = 300 * MB } }, GuardStep.Recycle);
        Assert.Equal("shop.web.2", order!.Id);
        Assert.Equal("memory runs out and it holds 250 MB (recycle.memory: 200 MB)", order.Reason);
    }

    [Fact]
    public void Without_such_a_word_a_fair_share_counts()
    {
        // 800 MB held and 100 MB to be had, 90 % of it shared by four.
        Assert.Equal(202_500_000, WorkerBudget.FairShareBytes([Worker(1, 400), Worker(2, 200), Worker(3, 100), Worker(4, 100)], Short.Level));
        var (order, _) = GuardRecycling.Choose([Worker(1, 400), Worker(2, 200), Worker(3, 100), Worker(4, 100)], Short, GuardStep.Recycle);
        Assert.Equal("shop.web.1", order!.Id);
    }

    [Theory]
    [InlineData(300, 200, 1.5)]
    [InlineData(300, 1000, 1.2)]
    [InlineData(100, null, 0.4)]
    public void A_budget_that_does_not_fit_the_host_excuses_nobody_in_the_last_resort(long megabytes, int? stated, double excess) =>
        Assert.Equal(excess, WorkerBudget.Excess(Worker(1, megabytes, stated), 250 * MB), 0.01);

    [Fact]
    public void Workers_do_not_pay_for_a_stranger_that_takes_the_host()
    {
        // 200 MB are held and next to nothing is to be had: somebody else has the other 780.
        var squeezed = new GuardSight(new MemoryLevel(1000 * MB, 20 * MB, 0, 0), default, 0);
        var (order, why) = GuardRecycling.Choose([Worker(1, 110), Worker(2, 90)], squeezed, GuardStep.Recycle);
        Assert.Null(order);
        Assert.Equal("no worker is over its budget (a fair share is 250 MB)", why);
    }

    [Fact]
    public void One_at_a_time()
    {
        var (order, why) = GuardRecycling.Choose([Worker(1, 500) with { Goes = true, Serves = false }, Worker(2, 300), Worker(3, 10)], Short, GuardStep.Recycle);
        Assert.Null(order);
        Assert.Equal("waits until web.1 is replaced", why);
    }

    [Fact]
    public void One_that_waits_for_its_replacement_waits_no_longer_when_memory_is_nearly_gone()
    {
        GuardedWorker[] workers = [Worker(1, 500) with { Goes = true, Waits = true, Serves = false }, Worker(2, 100)];
        Assert.Null(GuardRecycling.Choose(workers, Short, GuardStep.Recycle).Order);
        Assert.Equal(("shop.web.1", true), GuardRecycling.Choose(workers, Short, GuardStep.Shed).Order is { } order ? (order.Id, order.OutFirst) : default);
    }

    [Fact]
    public void The_young_are_spared_unless_memory_is_seen_to_go()
    {
        GuardedWorker[] workers = [Worker(1, 600) with { Age = TimeSpan.FromMinutes(3) }, Worker(2, 100)];
        var (order, why) = GuardRecycling.Choose(workers, Short, GuardStep.Recycle);
        Assert.Null(order);
        Assert.Equal("web.1 is over its fair share of 360 MB, and too young to be blamed for it", why);
        Assert.Equal("shop.web.1", GuardRecycling.Choose(workers, Falling, GuardStep.Recycle).Order!.Id);
        Assert.Equal("shop.web.1", GuardRecycling.Choose([workers[0] with { StatedBytes = 300 * MB }, workers[1]], Short, GuardStep.Recycle).Order!.Id);
    }

    [Theory]
    // 1,000 MB in all, of which 50 are to stay free.
    [InlineData(200, 0, 100, 1, false)]
    [InlineData(140, 0, 100, 1, true)]
    // 20 MB a second go while the new one boots and the old one drains.
    [InlineData(300, 20, 100, 5, false)]
    [InlineData(300, 20, 100, 6, true)]
    // What a new one takes is not known: half its budget is reckoned with.
    [InlineData(160, 0, 0, 1, false)]
    [InlineData(140, 0, 0, 1, true)]
    public void The_new_one_is_ready_first_where_there_is_room_for_both(long left, long falling, long fresh, int boot, bool outFirst)
    {
        var sight = new GuardSight(new MemoryLevel(1000 * MB, left * MB, 0, 0), default, falling * MB);
        var worker = Worker(1, 500, stated: 200) with { FreshBytes = fresh * MB, Boot = TimeSpan.FromSeconds(boot) };
        var (order, _) = GuardRecycling.Choose([worker], sight, GuardStep.Recycle);
        Assert.Equal(outFirst, order!.OutFirst);
        Assert.Equal(outFirst, order.Reason.Contains("no room for both", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_known_of_no_workers() => Assert.Equal((null, "no worker is over its budget"), Known(GuardRecycling.Choose([], Short, GuardStep.Recycle)));

    static (GuardRecycling.Order?, string?) Known((GuardRecycling.Order? Order, string? Why) choice) => (choice.Order, choice.Why?[..28]);

    static GuardedWorker Worker(int number, long megabytes, long? stated = null) => new()
    {
        Id = $"shop.web.{number}",
        Pool = "shop.web",
        Bytes = megabytes * MB,
        StatedBytes = stated * MB,
        Serves = true,
        Age = TimeSpan.FromHours(1),
    };
}
