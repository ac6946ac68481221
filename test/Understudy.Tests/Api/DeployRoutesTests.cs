using Understudy.Api;

namespace Understudy.Tests.Api;

public class DeployRoutesTests
{
    [Fact]
    public async Task A_manifest_and_an_upload_far_larger_than_other_requests_arrive_whole()
    {
        await using var host = await ApiHost.Start();
        var part = new byte[100_000];
        void Send(Action<ReadOnlySpan<byte>> write)
        {
            for (var i = 0; i < 30; i++)
                write(part);
        }
        Assert.Equal(["3000000"], host.Client.Upload("POST", "/v1/source?app=shop", 3_000_000, Send, JsonDocuments.Readable.SourceDocument).Missing);
        Assert.Equal("3000000 bytes", host.Client.Upload("PUT", "/v1/source?app=shop", 3_000_000, Send, JsonDocuments.Readable.DoneDocument).Message);
    }

    [Fact]
    public async Task What_is_asked_is_handed_on()
    {
        await using var host = await ApiHost.Start();
        var deploy = new DeployRequest("shop", "0123", "anna@desk", "why", "abc", "main");
        Assert.Equal(1, host.Client.Post("/v1/deploys", deploy, JsonDocuments.Readable.DeployRequest, JsonDocuments.Readable.DeployStartedDocument).Deploy);
        var back = new RollbackRequest(null, "20260101000000-aaaaaaaa", "anna@desk", null);
        Assert.Equal(back.Release, host.Client.Post("/v1/rollback", back, JsonDocuments.Readable.RollbackRequest, JsonDocuments.Readable.DeployStartedDocument).Release);
        var maintenance = new MaintenanceRequest("shop", true, 30, "anna@desk");
        host.Client.Post("/v1/maintenance", maintenance, JsonDocuments.Readable.MaintenanceRequest, JsonDocuments.Readable.DoneDocument);
        host.Client.Delete("/v1/deploys?app=shop&by=anna");
        Assert.Equal([deploy, back, maintenance, ("shop", "anna")], host.Asked);
    }

    [Theory]
    [InlineData("/v1/deploys", """{"app":"shop","source":"0123"}""", "\"by\" is missing")]
    [InlineData("/v1/deploys", """{"app":"shop","source":"0123","by":"anna","force":true}""", "unknown member \"force\"")]
    [InlineData("/v1/maintenance", """{"by":"anna"}""", "\"on\" is missing")]
    [InlineData("/v1/maintenance", """{"on":1,"by":"anna"}""", "must be true or false")]
    [InlineData("/v1/maintenance", """{"on":true,"retryAfter":0,"by":"anna"}""", "1 to 86400")]
    public async Task A_wrong_body_is_refused_with_what_is_wrong(string path, string body, string says)
    {
        await using var host = await ApiHost.Start();
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);
        var refused = Assert.Throws<AgentRefused>(() => host.Client.Upload("POST", path, bytes.Length, write => write(bytes), JsonDocuments.Readable.DoneDocument));
        Assert.Equal(400, refused.Status);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Empty(host.Asked);
    }

    [Fact]
    public async Task A_deploy_is_watched_to_its_end_from_any_point()
    {
        await using var host = await ApiHost.Start();
        host.Progress.Tell("phase", "build", "build");
        using var lines = host.Client.Lines("/v1/deploys?deploy=1", JsonDocuments.Readable.DeployEventDocument).GetEnumerator();
        Assert.True(lines.MoveNext());
        Assert.Equal("build", lines.Current.Phase);
        host.Progress.Tell("line", "build", "compiling");
        Assert.True(lines.MoveNext());
        Assert.Equal("compiling", lines.Current.Text);
        host.Progress.Tell("end", "watch", "it serves", 3.5, "done");
        Assert.True(lines.MoveNext());
        Assert.Equal(("done", 3.5), (lines.Current.Outcome, lines.Current.Seconds));
        Assert.False(lines.MoveNext());
        Assert.Equal(["it serves"], host.Client.Lines("/v1/deploys?deploy=1&after=2", JsonDocuments.Readable.DeployEventDocument).Select(one => one.Text));
    }

    [Fact]
    public async Task A_deploy_that_nobody_knows_is_not_found()
    {
        await using var host = await ApiHost.Start();
        var refused = Assert.Throws<AgentRefused>(() => host.Client.Lines("/v1/deploys?deploy=7", JsonDocuments.Readable.DeployEventDocument).ToList());
        Assert.Equal(404, refused.Status);
    }
}
