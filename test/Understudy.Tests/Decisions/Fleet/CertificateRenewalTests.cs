using Understudy.Decisions.Fleet;

namespace Understudy.Tests.Decisions.Fleet;

public class CertificateRenewalTests
{
    static readonly DateTimeOffset From = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly DateTimeOffset Until = From + CertificateRenewal.Lasts;

    [Theory]
    [InlineData(0, CertificateStanding.Good, "just made")]
    [InlineData(23, CertificateStanding.Good, "within its first day")]
    [InlineData(31, CertificateStanding.Due, "renewed daily")]
    [InlineData(167, CertificateStanding.Due, "and tried until it is over")]
    [InlineData(168, CertificateStanding.Expired, "a week at most")]
    [InlineData(10_000, CertificateStanding.Expired, "for good")]
    [InlineData(-1, CertificateStanding.Due, "one from the future is of a clock that was wrong")]
    public void A_certificate_is_renewed_long_before_it_is_over(int hours, CertificateStanding expected, string why) =>
        Assert.True(CertificateRenewal.Standing("web-1", From, Until, From.AddHours(hours)) == expected, why);

    [Fact]
    public void Hosts_do_not_all_renew_at_once()
    {
        var due = Enumerable.Range(1, 50).Select(i => CertificateRenewal.DueAt($"web-{i}", From, Until)).ToList();
        Assert.All(due, at => Assert.InRange(at, From.AddHours(24), From.AddHours(30)));
        Assert.True(due.Distinct().Count() > 40, "hosts fall together");
    }
}
