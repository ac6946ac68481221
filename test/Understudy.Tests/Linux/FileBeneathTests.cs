using Understudy.Linux;

namespace Understudy.Tests.Linux;

public sealed class FileBeneathTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly string release;

    public FileBeneathTests()
    {
        release = folder["release"];
        Directory.CreateDirectory(Path.Combine(release, "public"));
        File.WriteAllText(Path.Combine(release, "public/app.js"), "script");
        File.WriteAllText(folder["secret"], "secret");
    }

    public void Dispose() => folder.Dispose();

    string Link(string name, string to)
    {
        File.CreateSymbolicLink(Path.Combine(release, name), to);
        return name;
    }

    [Fact]
    public void A_file_is_open_with_its_length_and_time()
    {
        var path = Path.Combine(release, "public/app.js");
        File.SetLastWriteTimeUtc(path, new DateTime(2024, 2, 29, 12, 0, 0, DateTimeKind.Utc).AddTicks(1234567));
        using var file = FileBeneath.Open(release, "public/app.js");
        Assert.NotNull(file);
        Assert.Equal(6, file.Length);
        Assert.Equal(File.GetLastWriteTimeUtc(path), file.Written.UtcDateTime);
        var bytes = new byte[10];
        Assert.Equal(6, RandomAccess.Read(file.Handle, bytes, 0));
        Assert.Equal("script"u8.ToArray(), bytes[..6]);
    }

    [Fact]
    public void A_symlink_within_the_folder_is_followed()
    {
        using var file = FileBeneath.Open(release, Link("public/new.js", "../public/app.js"));
        Assert.NotNull(file);
    }

    [Fact]
    public void No_symlink_leads_out()
    {
        Assert.Null(FileBeneath.Open(release, Link("public/relative", "../../secret")));
        Assert.Null(FileBeneath.Open(release, Link("public/absolute", folder["secret"])));
        Assert.Null(FileBeneath.Open(release, Link("public/itself", "/proc/self/root" + folder["secret"])));
        Link("outside", folder.Path);
        Assert.Null(FileBeneath.Open(release, "outside/secret"));
        Assert.Null(FileBeneath.Open(release, "outside/release/public/app.js"));
        Assert.Null(FileBeneath.Open(release, Link("loop", "loop")));
    }

    [Fact]
    public void No_name_leads_out()
    {
        Assert.Null(FileBeneath.Open(release, "../secret"));
        Assert.Null(FileBeneath.Open(release, "public/../../secret"));
        Assert.Null(FileBeneath.Open(release, folder["secret"]));
        Assert.Null(FileBeneath.Open(release, "public/app.js\0.png"));
        Assert.Null(FileBeneath.Open(release, ""));
    }

    [Fact]
    public async Task What_is_no_regular_file_is_not_opened_and_not_waited_for()
    {
        Assert.Null(FileBeneath.Open(release, "public"));
        Assert.Null(FileBeneath.Open(release, "missing"));
        Assert.Null(FileBeneath.Open(folder["gone"], "public/app.js"));
        Assert.Null(FileBeneath.Open("/dev", "null"));
        using var made = System.Diagnostics.Process.Start("mkfifo", Path.Combine(release, "pipe"));
        await made.WaitForExitAsync();
        Assert.Equal(0, made.ExitCode);
        Assert.Null(FileBeneath.Open(release, "pipe"));
    }

    [Fact]
    public void Nothing_stays_open()
    {
        var before = OpenFiles();
        for (var i = 0; i < 200; i++)
        {
            FileBeneath.Open(release, "public/app.js")!.Dispose();
            FileBeneath.Open(release, "public");
            FileBeneath.Open(release, "missing");
        }

        // Other tests open some meanwhile; 200 would be ours.
        Assert.InRange(OpenFiles(), 0, before + 150);
    }

    static int OpenFiles() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}
