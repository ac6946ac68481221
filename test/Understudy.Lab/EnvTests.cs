using System.Text;
using System.Text.Json;

namespace Understudy.Lab;

/// <summary>A secret is seen by the workers and by nobody else.</summary>
public sealed class EnvTests
{
    const string Value = "only-the-worker-knows-4711";

    [Fact]
    public async Task A_secret_reaches_each_worker_and_no_other_place()
    {
        using var app = new StuntFolder("workers: 2", "TOKEN: from-the-file");
        await using var host = await Host.Serve([app.Folder]);
        var before = (await host.Workers()).Select(worker => worker.Worker).ToHashSet();
        var given = Path.Combine(host.Root, "given.env");
        File.WriteAllText(given, $"TOKEN={Value}\nOTHER='two\nlines'\n");
        var (code, said) = await host.Run("env", "set", "--file", given);
        File.Delete(given);
        Assert.True(code == 0, said);
        Assert.Contains("Set OTHER, TOKEN for stunt. Replaced 2 workers of web.", said, StringComparison.Ordinal);

        var workers = await host.Workers();
        Assert.Equal(2, workers.Count);
        foreach (var worker in workers)
        {
            Assert.DoesNotContain(worker.Worker, before);
            using var client = new Client(worker.Port);
            using var self = JsonDocument.Parse((await client.Get("/self")).Body);
            var env = self.RootElement.GetProperty("environment");
            Assert.Equal((Value, "two\nlines"), (env.GetProperty("TOKEN").GetString(), env.GetProperty("OTHER").GetString()));
        }

        Assert.Equal(Value, await Printed(host));
        foreach (var verb in (string[][])[["env", "list"], ["env", "list", "--json"], ["events", "-n", "1000"], ["status", "--json"], ["logs", "-n", "-1"]])
            Assert.DoesNotContain(Value, (await host.Run(verb)).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Value, host.AgentOutput, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(host.Root, "*", SearchOption.AllDirectories), path => Holds(path, Value));
        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc"), process => int.TryParse(Path.GetFileName(process), out _) && Holds(Path.Combine(process, "cmdline"), Value));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(host.Root, "lib", "secret.key")));

        await host.KillAgent();
        Assert.Equal(Value, await Printed(host));
        Assert.Equal(0, (await host.Run("env", "unset", "TOKEN")).Code);
        Assert.Equal("from-the-file", await Printed(host));
    }

    [Fact]
    public async Task A_key_that_is_gone_keeps_what_runs_and_says_what_to_do()
    {
        using var app = new StuntFolder();
        await using var host = await Host.Serve([app.Folder]);
        Assert.Equal(0, (await host.Run("env", "set", $"TOKEN={Value}")).Code);
        var worker = Assert.Single(await host.Workers());
        await host.WithoutAgent(() =>
        {
            File.Delete(Path.Combine(host.Root, "lib", "secret.key"));
            return Task.CompletedTask;
        });
        Assert.Contains("secret.key is gone", await Printed(host), StringComparison.Ordinal);
        await host.Run("restart", "--no-wait");
        await Eventually.Until("an event says why no new worker starts", 20.Seconds(), async () => (await host.Events()).Any(one => one.Message.Contains("secret.key is gone", StringComparison.Ordinal)));
        Assert.Equal(worker.Worker, Assert.Single(await host.Workers()).Worker);
        using var client = new Client(host.Port);
        Assert.Equal(200, (await client.Get("/")).Status);

        Assert.Equal(0, (await host.Run("env", "set", $"TOKEN={Value}", "--no-wait")).Code);
        await host.Until("a new worker serves with the new key", 60.Seconds(), status => status.Apps[0].Pools[0].Workers is [{ State: "ready" } only] && only.Worker != worker.Worker);
    }

    /// <summary>What a command in the app's environment finds; the words after the script are its own.</summary>
    static async Task<string> Printed(Host host) => (await host.Run("run", "--root", host.Root, "--", "sh", "-c", "printenv TOKEN", "sh")).Output.Trim();

    static bool Holds(string path, string text)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            file.CopyTo(copy);
            return copy.GetBuffer().AsSpan(0, (int)copy.Length).IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
