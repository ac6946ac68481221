namespace Understudy.Lab.Packaging;

/// <summary>The package on a host with a systemd of its own: installed, upgraded under load, stopped, removed.</summary>
[Trait("length", "long")]
public sealed class UpgradeTests : IDisposable
{
    const int LongestSeconds = 240;
    const string Newer = "9.9.9";

    readonly LabFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_upgrade_under_load_loses_no_request_and_a_removal_leaves_nothing()
    {
        Prerequisite.Needs(Environment.UserName == "root", "a host of its own needs root");
        Prerequisite.Needs(File.Exists("/lib/systemd/systemd"), "systemd is not installed");
        Prerequisite.Needs(Directory.Exists(Repository.Made("stunt")), $"{Repository.Made("stunt")} was not made");
        await Say(Path.Combine(Repository.Root, "packaging/build-deb"), "--version", Product.Version, "--binary", Repository.Binary, "--out", _folder["first"]);
        await Say("env", $"UNDERSTUDY_OUT={_folder["second"]}", Path.Combine(Repository.Root, "dev"), "publish", "--version", Newer);
        await Say("cp", "-r", Repository.Made("stunt"), _folder["stunt"]);

        await Say(Here("systemd-host"), Here("upgrade-script"), _folder.Path, $"{LongestSeconds}");

        var seen = (await File.ReadAllLinesAsync(_folder["seen"])).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim());
        var told = string.Join("\n", seen.Select(pair => $"{pair.Key}={pair.Value}")) + "\n" + await File.ReadAllTextAsync(_folder["out"]);
        void Saw(string what, string value) => Assert.True(seen.GetValueOrDefault(what) == value, $"{what} should be \"{value}\":\n{told}");

        Saw("serves", "yes");
        Saw("agent", "active");
        var free = seen["controllers"].Split(' ')[2];
        Saw("controllers", $"{free} of {free}");
        Saw("upgraded-agent", "active");
        Saw("second", "understudy " + Newer);
        Saw("proxy", Newer);
        Saw("adopted-by-upgrade", "yes");
        Saw("adopted-after-kill", "yes");
        Saw("failed", "");
        Assert.True(int.Parse(seen["requests"], System.Globalization.CultureInfo.InvariantCulture) > 1000, told);
        Saw("serves-without-agent", "yes");
        Saw("adopted-after-stop", "yes");
        Saw("left-after-remove", "0");
        Saw("configuration-kept", "yes");
        Saw("left-after-purge", "");
        foreach (var failed in (string[])["install", "upgrade", "remove", "purge"])
            Assert.False(seen.ContainsKey(failed), told);
    }

    static string Here(string script) => Path.Combine(Repository.Root, "test/Understudy.Lab/Packaging", script);

    /// <summary>A native build on a busy machine is the longest of these.</summary>
    static Task Say(string program, params string[] arguments) => Started.Well(TimeSpan.FromMinutes(15), program, arguments);
}
