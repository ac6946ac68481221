using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Sampling;
using Understudy.Tests.Linux;

namespace Understudy.Tests.Sampling;

public sealed class MemorySamplerTests : IDisposable
{
    readonly FakeProc _proc = new();
    readonly MemorySampler _sampler;
    bool _calm = true;

    public MemorySamplerTests() => _sampler = new MemorySampler(new ProcessTable(_proc.Path), () => _calm);

    public void Dispose() => _proc.Dispose();

    [Fact]
    public void A_turn_reads_what_is_new_and_leaves_the_rest_until_it_is_due()
    {
        _proc.Add(10, pssKb: 100, privateKb: 60, swapKb: 5, command: "puma 5.6 [shop]");
        _sampler.Turn([10]);
        var (sample, command) = _sampler.Known(new ProcessKey(10, 100));
        Assert.Equal((102_400, 61_440, 5_120, "puma 5.6 [shop]"), (sample!.Value.PssBytes, sample.Value.PrivateBytes, sample.Value.SwapBytes, command));
        _proc.Add(10, pssKb: 200).Add(11, pssKb: 7);
        _sampler.Turn([10, 11]);
        Assert.Equal(102_400, _sampler.Known(new ProcessKey(10, 100)).Sample!.Value.PssBytes);
        Assert.Equal(102_400 + 7_168, _sampler.Known([10, 11])!.Value.PssBytes);
        Assert.Equal(204_800, _sampler.Read(10).Sample!.Value.PssBytes);
    }

    [Fact]
    public void Another_process_under_the_same_number_is_not_taken_for_it()
    {
        _proc.Add(10, start: 100, pssKb: 100);
        _sampler.Turn([10]);
        Assert.Null(_sampler.Known(new ProcessKey(10, 101)).Sample);
    }

    [Fact]
    public void What_has_vanished_or_may_not_be_read_is_no_error()
    {
        _proc.Add(10, pssKb: 5).Without(10, "smaps_rollup").Add(11, pssKb: 5).Remove(11);
        _sampler.Turn([10, 11, 12]);
        Assert.Null(_sampler.Known(new ProcessKey(10, 100)).Sample);
        // It was tried, so that others have their turn; one that is gone was not.
        Assert.Equal((1, 1), (_sampler.Known([10])!.Value.Processes, _sampler.Known([10])!.Value.Unmeasured));
        Assert.Null(_sampler.Known([11]));
    }

    [Fact]
    public void While_memory_is_short_no_process_own_memory_is_looked_into()
    {
        _calm = false;
        _proc.Add(10, pssKb: 5, command: "puma");
        Assert.Equal((5_120L, null), (_sampler.Read(10).Sample!.Value.PssBytes, _sampler.Read(10).Command));
    }
}
