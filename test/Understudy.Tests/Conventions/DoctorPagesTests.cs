using Understudy.Decisions.Doctor;

namespace Understudy.Tests.Conventions;

/// <summary>Each finding is explained where `doctor` says that it is.</summary>
public class DoctorPagesTests
{
    const string Index = "docs/doctor/README.md";

    [Fact]
    public void Each_finding_has_a_page_and_each_page_a_finding() =>
        Assert.Equal(FindingKinds.All.Select(kind => $"docs/doctor/{kind}.md").Order(StringComparer.Ordinal), Repository.Files("docs/doctor", "*.md").Where(page => page != Index).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_kind_that_has_a_name_is_in_the_list() =>
        Assert.Equal(typeof(FindingKinds).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).Order(), FindingKinds.All.Order());

    [Fact]
    public void Each_page_says_what_it_means_how_it_is_seen_what_mends_it_and_when_to_leave_it() =>
        Assert.All(FindingKinds.All, kind =>
        {
            var page = Repository.Read($"docs/doctor/{kind}.md");
            Assert.StartsWith("# ", page, StringComparison.Ordinal);
            Assert.Contains($"\n`{kind}`, ", page, StringComparison.Ordinal);
            Assert.All((string[])["How it is seen", "What mends it", "When to leave it"], part => Assert.Contains($"\n## {part}\n", page, StringComparison.Ordinal));
            Assert.Contains($"]({kind}.md) |", Repository.Read(Index), StringComparison.Ordinal);
        });
}
