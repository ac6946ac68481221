using System.Text.Json;
using Understudy.Api;

namespace Understudy.Cli;

/// <summary>Each step as a JSON line; those before the agent's have the id 0.</summary>
internal sealed class DeployJson(Screen screen) : DeployView
{
    readonly TimeProvider time = TimeProvider.System;
    string phase = "";
    long began;

    public override void Begin(string name)
    {
        (phase, began) = (name, time.GetTimestamp());
        Write("phase", name, null);
    }

    public override void Note(string text) => Write("note", text, null);

    public override void End() => Write("ended", phase, time.GetElapsedTime(began).TotalSeconds);

    public override void Take(DeployEventDocument one)
    {
        screen.Line(JsonSerializer.Serialize(one, JsonDocuments.Readable.DeployEventDocument));
        screen.Flush();
    }

    void Write(string kind, string text, double? seconds) => Take(new DeployEventDocument(0, time.GetUtcNow(), kind, phase, text, seconds, null));
}
