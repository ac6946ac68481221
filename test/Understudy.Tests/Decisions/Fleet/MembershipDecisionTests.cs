using System.Globalization;
using Understudy.Decisions.Fleet;

namespace Understudy.Tests.Decisions.Fleet;

public class MembershipDecisionTests
{
    /// <summary>Members with `?` where they have not started, `~` for learners. Hosts as `name:seconds of silence`, with `-` where they have no etcd, `w` for a witness, `x` for one that was removed, `f` for one that failed lately and `d` for one that has data.</summary>
    [Theory]
    [InlineData("a", "a:0", 0, "stay", "alone it is best alone")]
    [InlineData("a", "a:0 b:0", 0, "stay", "with two, either one's end would stop the store")]
    [InlineData("a", "a:0 b:0 c:0", 0, "+b", "three keep it, one after the other")]
    [InlineData("a b", "a:0 b:0 c:0", 0, "+c", "")]
    [InlineData("a", "a:0 b:0 c:0w", 0, "+c", "the witness first: it is there for nothing else")]
    [InlineData("a b c", "a:0 b:0 c:0 d:0", 0, "stay", "four are no better than three")]
    [InlineData("a b c", "a:0 b:0 c:0 d:0 e:0", 0, "+d", "five are")]
    [InlineData("a", "a:0 b:0- c:0-", 0, "stay", "hosts without an etcd are clients")]
    [InlineData("a", "a:0 b:20 c:0", 0, "+c", "one that is silent is not taken, and still counts for a while")]
    [InlineData("a", "a:0 b:90 c:0", 0, "stay", "but not for ever")]
    [InlineData("a b?", "a:0 b:0 c:0", 30, "stay", "no second one before the first has started")]
    [InlineData("a b?", "a:0 b:0 c:0", 60, "-b", "one that does not start gives its place to another")]
    [InlineData("a", "a:0 b:0d c:0", 0, "+c", "one that still has what it kept before cannot begin anew")]
    [InlineData("a b", "a:0d b:0d c:0d", 0, "stay", "nor where there is no other")]
    [InlineData("a b c", "a:0d b:0d c:90d d:0d", 0, "stay", "and nobody makes way for it")]
    [InlineData("a", "a:0 b:0f c:0", 0, "+c", "one that failed lately comes after the others")]
    [InlineData("a c", "a:0 b:0f c:0", 0, "+b", "but comes")]
    [InlineData("a b~?", "a:0 b:0 c:0", 30, "stay", "a learner starts first")]
    [InlineData("a b~?", "a:0 b:0 c:0", 60, "-b", "or not")]
    [InlineData("a b~", "a:0 b:0 c:0", 2, "^b", "and counts once it has all")]
    [InlineData("a b~", "a:0 b:0 c:0", 299, "^b", "however long that takes")]
    [InlineData("a b~", "a:0 b:0 c:0", 300, "-b", "but not for ever")]
    [InlineData("a b~", "a:0 b:15 c:0", 2, "-b", "one that is not heard is not needed")]
    [InlineData("a b~", "a:0 b:0x c:0", 2, "-b", "nor one that was removed")]
    [InlineData("a b?", "a:0 b:20 c:0", 5, "-b", "and one whose host is gone will not start")]
    [InlineData("a b c", "a:0 b:0 c:59 d:0", 0, "stay", "a reboot is no death")]
    [InlineData("a b c", "a:0 b:0 c:60 d:0", 0, "-c", "the dead one gives its place")]
    [InlineData("a b", "a:0 b:0 c:60 d:0", 0, "+d", "to the one that is there")]
    [InlineData("a b c", "a:0 b:0 c:60", 0, "stay", "where nobody could take it, it keeps its place")]
    [InlineData("a b c", "a:0 b:0 d:0", 0, "-c", "one whose host is not known any more is dead")]
    [InlineData("a b c", "a:0 b:60 c:60 d:0", 0, "stay", "what lost its majority is not taken apart")]
    [InlineData("a b c", "a:0 b:20 c:60 d:0", 0, "stay", "nor what would: only one is sure to be there")]
    [InlineData("a b", "a:0 b:20 c:0", 0, "stay", "nobody is added while one is silent")]
    [InlineData("a b c", "a:0 b:0 c:0x", 0, "-c", "one that was removed goes at once")]
    [InlineData("a b c", "a:0 b:0 c:90x", 0, "-c", "heard or not")]
    [InlineData("a b", "a:0 b:0", 0, "-b", "and two are too many for two hosts")]
    [InlineData("a b", "a:0 b:20", 0, "stay", "but none is removed while one is silent")]
    [InlineData("a b c", "a:0 b:20 c:0x", 0, "stay", "the removed one holds the majority up")]
    [InlineData("a b c", "a:0 b:20 c:0x d:0", 0, "stay", "and nobody is added then")]
    [InlineData("a", "a:0x b:0", 0, "+b", "another first where it is the only one")]
    [InlineData("a b", "a:0x b:0", 0, "-a", "")]
    [InlineData("a b c", "a:0 b:0 c:60", 0, "stay", "a host that is silent for long still counts as one that may come back")]
    [InlineData("a b c", "a:0 b:0 c:0-", 0, "stay", "as does one that lost its etcd")]
    [InlineData("a b c d", "a:0 b:0 c:0 d:0", 0, "-d", "four are worse than three")]
    public void Who_keeps_the_store(string members, string hosts, int waited, string expected, string why)
    {
        var step = MembershipDecision.Next(
            [.. members.Split(' ').Select((name, id) => new StoreMember((ulong)id + 1, name.EndsWith('?') ? "" : name.TrimEnd('~'), name.TrimEnd('?', '~'), name.Contains('~', StringComparison.Ordinal)))],
            [.. hosts.Split(' ').Select(Host)], TimeSpan.FromSeconds(waited));
        var said = step switch { MembershipStep.Add add => "+" + add.Host.Name, MembershipStep.Remove remove => "-" + remove.Member.PeerAddress, MembershipStep.Promote promote => "^" + promote.Member.PeerAddress, _ => "stay" };
        Assert.True(said == expected, $"{why}: {said}");
    }

    /// <summary>
    /// Hosts that die, freeze and come back by chance: a member is never removed or promoted without a majority of those that count after it, at most one does
    /// not count yet, and once all is quiet as many keep the store as should.
    /// </summary>
    [Fact]
    public void Whatever_dies_the_majority_is_kept_and_in_the_end_enough_keep_it()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var chance = new Random(seed);
            var names = Enumerable.Range(0, chance.Next(1, 8)).Select(i => $"h{i}").ToList();
            var silentSince = names.ToDictionary(name => name, _ => -1);
            var removed = new HashSet<string>();
            // What a host keeps of the store, by when it saw that it is a member; ten seconds after it was put out, and if it lives, it removes that.
            var data = new Dictionary<string, int>();
            var members = new List<(StoreMember Member, int Added)> { (new StoreMember(1, "h0", "h0"), 0) };
            ulong next = 2;
            for (var second = 0; second < 2_000; second++)
            {
                var quiet = second >= 1_400;
                foreach (var name in names)
                {
                    if (silentSince[name] >= 0 ? quiet || chance.Next(150) == 0 : !quiet && chance.Next(300) == 0)
                        silentSince[name] = silentSince[name] >= 0 ? -1 : second;
                }
                if (!quiet && chance.Next(1_000) == 0 && removed.Count < names.Count - 1)
                    removed.Add(names[chance.Next(names.Count)]);
                bool Lives(string name) => silentSince[name] < 0;
                foreach (var name in data.Keys.ToList())
                {
                    if (!Lives(name) || members.Any(member => member.Member.PeerAddress == name))
                        data[name] = second;
                    else if (second - data[name] >= 10)
                        data.Remove(name);
                }
                // A member starts where its host lives.
                for (var i = 0; i < members.Count; i++)
                {
                    if (!members[i].Member.HasStarted && Lives(members[i].Member.PeerAddress) && second > members[i].Added + 5)
                    {
                        members[i] = (members[i].Member with { Name = members[i].Member.PeerAddress }, members[i].Added);
                        data[members[i].Member.PeerAddress] = second;
                    }
                }
                int Living(StoreMember? but = null) => members.Count(member => !member.Member.IsLearner && member.Member != but && Lives(member.Member.PeerAddress));
                int Counting() => members.Count(member => !member.Member.IsLearner);
                // Without a majority nobody leads the store, and nobody decides.
                if (Living() <= Counting() / 2)
                    continue;
                var fresh = members.FirstOrDefault(member => member.Member.IsLearner);
                var step = MembershipDecision.Next(
                    [.. members.Select(member => member.Member)],
                    [.. names.Select(name => new StoreHost(name, name, true, false, TimeSpan.FromSeconds(Lives(name) ? 0 : second - silentSince[name]), removed.Contains(name), HasData: data.ContainsKey(name)))],
                    TimeSpan.FromSeconds(fresh.Member is null ? 0 : second - fresh.Added));
                switch (step)
                {
                    case MembershipStep.Add add:
                        Assert.DoesNotContain(add.Host.Name, data.Keys);
                        members.Add((new StoreMember(next++, "", add.Host.PeerAddress, IsLearner: true), second));
                        break;
                    // As etcd does: it promotes none that does not follow, and removes no living member where the rest would be no majority: whose end is not noticed yet.
                    case MembershipStep.Promote promote when Lives(promote.Member.PeerAddress) && second > fresh.Added + 10:
                        members[members.FindIndex(member => member.Member == promote.Member)] = (promote.Member with { IsLearner = false }, fresh.Added);
                        break;
                    case MembershipStep.Remove remove when remove.Member.IsLearner || !Lives(remove.Member.PeerAddress) || Living(remove.Member) > (Counting() - 1) / 2:
                        members.RemoveAll(member => member.Member.Id == remove.Member.Id);
                        break;
                    default:
                        continue;
                }
                Assert.True(Living() > Counting() / 2, $"seed {seed}, second {second}: {step} leaves {Living()} of {Counting()}");
                Assert.True(members.Count(member => member.Member.IsLearner) <= 1, $"seed {seed}, second {second}");
                Assert.Equal(members.Count, members.Select(member => member.Member.PeerAddress).Distinct().Count());
            }
            Assert.True(members.Count == MembershipDecision.Wanted(names.Count - removed.Count), $"seed {seed}: {members.Count} of {names.Count - removed.Count} hosts keep it");
            Assert.DoesNotContain(members, member => removed.Contains(member.Member.PeerAddress));
        }
    }

    static StoreHost Host(string text)
    {
        var (name, rest) = (text.Split(':')[0], text.Split(':')[1]);
        return new StoreHost(name, name, !rest.EndsWith('-'), rest.EndsWith('w'), TimeSpan.FromSeconds(int.Parse(rest.TrimEnd('-', 'w', 'x', 'f', 'd'), CultureInfo.InvariantCulture)), rest.EndsWith('x'), rest.EndsWith('f'), rest.EndsWith('d'));
    }
}
