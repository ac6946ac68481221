using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Decisions.Proxying;

public class DomainTableTests
{
    static readonly DomainTable table = new([["shop.example", "www.shop.example."], ["*.shop.example", "*.Example.org"], ["*.deep.example.org"], [], []]);

    [Theory]
    [InlineData("shop.example", 0)]
    [InlineData("SHOP.example:8080", 0)]
    [InlineData("www.shop.example", 0)]
    [InlineData("shop.example.", 0)]
    [InlineData("api.shop.example", 1)]
    [InlineData("a.b.shop.example:443", 1)]
    [InlineData("x.example.ORG", 1)]
    [InlineData("x.deep.example.org", 2)]
    [InlineData("deep.example.org", 1)]
    [InlineData("example.org", 3)]
    [InlineData(".shop.example", 3)]
    [InlineData("notshop.example", 3)]
    [InlineData("", 3)]
    [InlineData("[::1]:80", 3)]
    public void The_exact_name_then_the_longest_wildcard_then_the_first_app_without_domains(string host, int app) => Assert.Equal(app, table.Find(host));

    [Fact]
    public void Without_a_default_nothing_answers_for_other_hosts() => Assert.Equal(-1, new DomainTable([["a.example"]]).Find("b.example"));

    [Fact]
    public void An_address_can_be_a_domain() => Assert.Equal(0, new DomainTable([["[::1]"]]).Find("[::1]:80"));
}
