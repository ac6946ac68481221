using System.Text.Json;
using Understudy.Api;

namespace Understudy.Lab.Harness;

/// <summary>`deploy --json` or `rollback --json` as somebody watches it.</summary>
sealed class Deploying(Host host, params string[] arguments) : IDisposable
{
    readonly Started _verb = new(host.Binary, [.. arguments, "--json", "--root", host.Root]);

    public IReadOnlyList<DeployEventDocument> Events =>
        [.. _verb.Output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonSerializer.Deserialize(line, JsonDocuments.Default.DeployEventDocument)!)];

    public bool Ended => _verb.Ended;

    /// <summary>Waits until such a phase has begun.</summary>
    public async Task In(string phase)
    {
        try
        {
            await Eventually.Until($"its phase {phase} begins", 60.Seconds(), () => _verb.Ended || Has(phase));
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{_verb.Output}\n{await host.Describe()}", late);
        }
        Assert.True(Has(phase), $"it ended without a phase {phase}: {_verb.Output}");
    }

    public async Task<Deployed> End()
    {
        var code = await _verb.Exit(60.Seconds());
        return new Deployed(code, Events, _verb.Output);
    }

    /// <summary>kill -9 of the verb, as a lost terminal or a closed lid would end it.</summary>
    public async Task Kill()
    {
        Kernel.Kill(_verb.Process.Id);
        await _verb.Exit(20.Seconds());
    }

    public void Dispose() => _verb.Dispose();

    bool Has(string phase) => Events.Any(one => one.Kind == "phase" && one.Phase == phase);
}
