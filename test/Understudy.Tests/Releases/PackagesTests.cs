using Understudy.Releases;

namespace Understudy.Tests.Releases;

public class PackagesTests
{
    const string List = "install ok installed\tredis-server\t\n"
        + "hold ok installed\tlibvips42\tlibvips (= 8.14), libvips-abi:amd64 (= 42)\n"
        + "deinstall ok config-files\tnginx\thttpd\n"
        + "install ok half-configured\tpuma\t\n"
        + "install ok installed\texim4-daemon-light\tmail-transport-agent, default-mta (= 1)\n";

    [Theory]
    [InlineData("redis-server")]
    [InlineData("libvips42")]
    [InlineData("libvips")]
    [InlineData("libvips-abi")]
    [InlineData("mail-transport-agent")]
    [InlineData("default-mta")]
    public void What_is_installed_or_provided_is_not_missing(string name) => Assert.Empty(Packages.MissingFrom(List, [name]));

    [Theory]
    [InlineData("nginx")]
    [InlineData("httpd")]
    [InlineData("puma")]
    [InlineData("redis")]
    public void What_is_removed_half_done_or_unknown_is_missing(string name) => Assert.Equal([name], Packages.MissingFrom(List, [name, "redis-server", name]));

    [Theory]
    [InlineData("E: Unable to locate package libvips42", "apt-get update")]
    [InlineData("E: Package 'libvips42' has no installation candidate", "apt-get update")]
    [InlineData("E: Failed to fetch http://deb.debian.org/pool/x.deb  404  Not Found", "apt-get update")]
    [InlineData("E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.", "dpkg --configure -a")]
    [InlineData("E: You don't have enough free space in /var/cache/apt/archives/.", null)]
    [InlineData("Setting up E: Unable to locate package", null)]
    public void Apt_is_helped_where_a_remedy_is_known(string line, string? remedy)
    {
        var said = new AptMessages();
        said.Take("Reading package lists...");
        said.Take(line);
        Assert.Equal(remedy, said.Remedy("apt-get"));
    }
}
