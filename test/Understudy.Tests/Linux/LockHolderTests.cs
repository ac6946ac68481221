using Understudy.Linux;

namespace Understudy.Tests.Linux;

public sealed class LockHolderTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_lock_is_seen_while_it_is_held_and_is_not_touched()
    {
        var path = _folder["agent.lock"];
        Assert.Null(LockHolder.Of(path));
        using (AgentLock.Take(path))
        {
            Assert.Equal(Environment.ProcessId, LockHolder.Of(path));
            Assert.Throws<OperationRefused>(() => AgentLock.Take(path));
        }
        Assert.Null(LockHolder.Of(path));
        AgentLock.Take(path).Dispose();
    }

    [Theory]
    [InlineData("1: FLOCK  ADVISORY  WRITE 77 08:01:INODE 0 EOF\n", 77)]
    [InlineData("1: POSIX  ADVISORY  WRITE 77 08:01:INODE 0 EOF\n2: FLOCK  ADVISORY  WRITE 77 08:01:5INODE 0 EOF\n", null)]
    [InlineData("1: FLOCK  ADVISORY  WRITE 78 00:2f:INODE 0 EOF\n", null)]
    [InlineData("1: -> FLOCK  ADVISORY  WRITE 77 08:01:INODE 0 EOF\n", null)]
    [InlineData("1: FLOCK  ADVISORY  WRITE -1 08:01:INODE 0 EOF\n", 77)]
    [InlineData("", null)]
    public void The_kernels_list_is_read(string locks, int? holder)
    {
        File.WriteAllText(_folder["agent.lock"], "77");
        File.WriteAllText(_folder["locks"], locks.Replace("INODE", $"{FileIdentity.Of(_folder["agent.lock"])!.Value.Inode}", StringComparison.Ordinal));
        Assert.Equal(holder, LockHolder.Of(_folder["agent.lock"], _folder.Path));
    }

    [Theory]
    [InlineData('S', 77)]
    [InlineData('Z', null)]
    public void Where_the_kernel_tells_nothing_a_living_owner_counts_as_its_holder(char state, int? holder)
    {
        using var proc = new FakeProc();
        proc.Add(77, state: state);
        File.WriteAllText(_folder["agent.lock"], "77");
        Assert.Equal(holder, LockHolder.Of(_folder["agent.lock"], proc.Path));
    }
}
