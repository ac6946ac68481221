using System.Text.Json.Nodes;

namespace Understudy.Lab;

public class ForeignAppTests
{
    [Fact]
    public async Task An_app_that_nobody_here_wrote_is_served_with_only_its_Procfile()
    {
        var modules = Repository.Made("foreign", "node_modules");
        Prerequisite.Needs(Directory.Exists(modules), $"{modules} is not there; `./dev lab` makes it with npm");
        using var folder = new LabFolder();
        var app = Path.Combine(Repository.Root, "test", "Understudy.Lab", "ForeignApp");
        foreach (var file in new[] { "Procfile", "db.json" })
            File.Copy(Path.Combine(app, file), folder[file]);
        File.CreateSymbolicLink(folder["node_modules"], modules);
        var plays = JsonNode.Parse(await File.ReadAllTextAsync(folder["db.json"]))!["plays"]!.AsArray();

        await using var up = new Up(folder.Path, Kernel.FreePort());
        await up.Serving(60.Seconds());
        using var client = new Client(up.Port);

        // Several turns, so that each of the workers answers.
        for (var turn = 0; turn < 4; turn++)
        {
            await Answers(client, "/plays", 200, plays);
            foreach (var play in plays)
                await Answers(client, $"/plays/{play!["id"]}", 200, play);
            await Answers(client, "/plays/9", 404, new JsonObject());
            Assert.Contains("JSON Server", (await client.Get("/")).Body, StringComparison.Ordinal);
        }
        await up.Stop();
    }

    static async Task Answers(Client client, string path, int status, JsonNode body)
    {
        var answer = await client.Get(path);
        Assert.Equal(status, answer.Status);
        Assert.True(JsonNode.DeepEquals(body, JsonNode.Parse(answer.Body)), $"{path}: {answer.Body}");
    }
}
