using System.Text.Json;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

public sealed class AccessLogTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    static readonly AccessEntry Entry = new("shop", "shop.web.1", "HTTP/1.1", "GET", "shop.example.com", "/cart?x=1", 200, "192.0.2.7", "id-1", 1.5, 0, 2, "curl", null, 5);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_request_is_one_line_of_json()
    {
        await Written(Entry);
        Assert.Equal("""{"time":"1970-01-01T00:00:00+00:00","app":"shop","method":"GET","host":"shop.example.com","target":"/cart?x=1","protocol":"HTTP/1.1","status":200,"bytes":5,"durationMs":1.5,"queueWaitMs":0,"worker":"shop.web.1","retries":1,"client":"192.0.2.7","requestId":"id-1","userAgent":"curl","referer":null}""" + "\n", File.ReadAllText(folder["log/access.log"]));
    }

    [Theory]
    [InlineData("\"},{\"app\":\"forged")]
    [InlineData("a\r\nb\n{\"status\":200}")]
    [InlineData("\u0000\u001b[31m\u007f")]
    [InlineData("caf\u00e9 \u2028\u2029 <script>")]
    [InlineData("\ud800 alone")]
    public async Task What_a_client_sends_stays_inside_its_field(string hostile)
    {
        await Written(Entry with { UserAgent = hostile, Host = hostile, Target = "/" + hostile, Method = hostile, RequestId = hostile });
        var line = Assert.Single(File.ReadAllLines(folder["log/access.log"]));
        using var json = JsonDocument.Parse(line);
        Assert.Equal(16, json.RootElement.EnumerateObject().Count());
        Assert.DoesNotContain(line, char.IsControl);
        Assert.Equal(hostile.Replace('\ud800', '\ufffd'), json.RootElement.GetProperty("userAgent").GetString());
    }

    [Fact]
    public async Task After_a_rotation_lines_go_to_the_new_file_and_none_is_lost()
    {
        await using (var log = new AccessLog(folder["log/access.log"], TimeProvider.System))
        {
            log.Write(Entry);
            await Eventually.True(() => Lines("log/access.log") == 1, "the first line is there");
            File.Move(folder["log/access.log"], folder["log/access.log.1"]);
            log.Write(Entry);
            await Eventually.True(() => Lines("log/access.log") == 1, "a new file has the second");
            File.Delete(folder["log/access.log"]);
            log.Write(Entry);
        }

        Assert.Equal(1, Lines("log/access.log"));
        Assert.Equal(1, Lines("log/access.log.1"));
    }

    [Fact]
    public async Task Two_proxies_append_to_one_file_without_overwriting_each_other()
    {
        await using (var old = new AccessLog(folder["log/access.log"], TimeProvider.System))
        await using (var next = new AccessLog(folder["log/access.log"], TimeProvider.System))
        {
            for (var i = 0; i < 3000; i++)
            {
                old.Write(Entry with { App = "old" });
                next.Write(Entry with { App = "new" });
            }
        }

        var apps = File.ReadLines(folder["log/access.log"]).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("app").GetString()).ToList();
        Assert.Equal(3000, apps.Count(a => a == "old"));
        Assert.Equal(3000, apps.Count(a => a == "new"));
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_drops_and_counts_and_never_blocks()
    {
        File.WriteAllText(folder["log"], "a file where the folder should be");
        await using var log = new AccessLog(folder["log/access.log"], TimeProvider.System);
        for (var i = 0; i < 50_000; i++) log.Write(Entry);
        await Eventually.True(() => log.Dropped == 50_000, "all are counted as dropped");
    }

    [Fact]
    public async Task Only_the_owner_and_its_group_may_read_it()
    {
        await Written(Entry);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(folder["log/access.log"]) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite));
    }

    async Task Written(AccessEntry entry)
    {
        await using var log = new AccessLog(folder["log/access.log"], new EdgeTime());
        log.Write(entry);
    }

    int Lines(string name) => File.Exists(folder[name]) ? File.ReadAllLines(folder[name]).Length : 0;
}
