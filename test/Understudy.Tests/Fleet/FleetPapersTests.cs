using System.Net;
using Understudy.Decisions.Fleet;
using Understudy.Fleet;
using Understudy.State;

namespace Understudy.Tests.Fleet;

public sealed class FleetPapersTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly SetTime _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    readonly Paths _paths;
    readonly SecretBox _box;
    readonly FleetAuthority _fleet;

    public FleetPapersTests()
    {
        _paths = new Paths(_folder.Path);
        Directory.CreateDirectory(_paths.Lib);
        _box = new SecretBox(_paths.SecretKey);
        _fleet = FleetAuthority.Make(_time);
        var (key, asked) = HostIdentity.Ask("web-1");
        FleetPapers.Put(_paths, _fleet.CertificatePem, _fleet.Issue(asked, "web-1", [IPAddress.Loopback], _time), key);
    }

    public void Dispose()
    {
        _fleet.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_host_that_signs_renews_itself_however_late_and_others_cannot()
    {
        using var papers = FleetPapers.Open(_paths, _box, _time);
        Assert.Equal((CertificateStanding.Good, false), (papers.Standing, papers.Signs));
        _time.Now += TimeSpan.FromDays(30);
        Assert.Equal(CertificateStanding.Expired, papers.Standing);
        Assert.Throws<OperationRefused>(() => papers.SignOwn(IPAddress.Loopback));
        papers.PutSigner(_fleet.Export());
        papers.SignOwn(IPAddress.Loopback);
        Assert.Equal((CertificateStanding.Good, "web-1"), (papers.Standing, papers.Identity.Host));
        using var next = FleetPapers.Open(_paths, _box, _time);
        Assert.Equal(papers.Identity.Until, next.Identity.Until);
    }

    [Fact]
    public void Keys_are_for_their_owner_alone_and_what_signs_is_sealed()
    {
        FleetPapers.PutSigner(_paths, _box, _fleet.Export());
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.All(Directory.GetFiles(_paths.Fleet), file => Assert.Equal(Owner, File.GetUnixFileMode(file)));
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(_paths.Fleet));
        Assert.DoesNotContain("PRIVATE KEY", File.ReadAllText(Path.Combine(_paths.Fleet, "authority.sealed")), StringComparison.Ordinal);
    }

    [Fact]
    public void Papers_that_do_not_fit_each_other_are_not_put_into_place()
    {
        var (key, _) = HostIdentity.Ask("web-1");
        var before = File.ReadAllText(FleetPapers.CertificatePath(_paths));
        var (_, asked) = HostIdentity.Ask("web-1");
        Assert.Throws<OperationRefused>(() => FleetPapers.Put(_paths, _fleet.CertificatePem, _fleet.Issue(asked, "web-1", [IPAddress.Loopback], _time), key));
        Assert.Equal(before, File.ReadAllText(FleetPapers.CertificatePath(_paths)));
    }
}
