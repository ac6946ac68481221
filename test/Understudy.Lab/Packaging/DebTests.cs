namespace Understudy.Lab.Packaging;

/// <summary>The Debian package, made of the published binary.</summary>
public sealed class DebTests : IDisposable
{
    readonly LabFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_package_brings_the_binary_its_units_its_configuration_and_completions()
    {
        var deb = await Deb("0.9.0-rc1");
        var contents = await Say("dpkg-deb", "-c", deb);
        foreach (var path in (string[])[
            "./usr/bin/understudy", "./usr/lib/understudy/hold", "./lib/systemd/system/understudy.service", "./lib/systemd/system/understudy-workers.service",
            "./etc/understudy/agent.yaml", "./usr/share/bash-completion/completions/understudy", "./usr/share/zsh/vendor-completions/_understudy",
            "./usr/share/fish/vendor_completions.d/understudy.fish", "./usr/share/doc/understudy/copyright", "./usr/share/doc/understudy/changelog.gz"])
            Assert.Contains(path + "\n", contents + "\n", StringComparison.Ordinal);
        Assert.All(contents.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Contains(" root/root ", line, StringComparison.Ordinal));
        Assert.Equal("/etc/understudy/agent.yaml", await Say("dpkg-deb", "-I", deb, "conffiles"));
        // A candidate sorts before its release.
        var control = await Say("dpkg-deb", "-f", deb);
        Assert.Contains("Package: understudy\nVersion: 0.9.0~rc1\n", control, StringComparison.Ordinal);
        Assert.Contains("Depends: libc6 (>= 2.", control, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_package_installs_is_what_was_built()
    {
        var tree = _folder["tree"];
        await Say("dpkg-deb", "-x", await Deb("0.9.0-rc1"), tree);
        Assert.Equal(await File.ReadAllBytesAsync(Repository.Binary), await File.ReadAllBytesAsync(Path.Combine(tree, "usr/bin/understudy")));
        Assert.StartsWith("understudy ", await Say(Path.Combine(tree, "usr/bin/understudy"), "version"), StringComparison.Ordinal);
        await Say("bash", "-n", Path.Combine(tree, "usr/share/bash-completion/completions/understudy"));
        await Say("sh", "-n", Path.Combine(tree, "usr/lib/understudy/hold"));
    }

    async Task<string> Deb(string version) =>
        await Say(Path.Combine(Repository.Root, "packaging/build-deb"), "--version", version, "--binary", Repository.Binary, "--out", _folder.Path);

    static Task<string> Say(string program, params string[] arguments) => Started.Well(30.Seconds(), program, arguments);
}
