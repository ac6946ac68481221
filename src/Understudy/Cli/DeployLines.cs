using System.Globalization;
using Understudy.Api;

namespace Understudy.Cli;

/// <summary>A deploy as plain lines, for a pipe or a log.</summary>
internal sealed class DeployLines(Screen screen) : DeployView
{
    readonly TimeProvider time = TimeProvider.System;
    string phase = "";
    long began;

    public override void Begin(string name)
    {
        (phase, began) = (name, time.GetTimestamp());
        Line($"==> {name}");
    }

    public override void Note(string text) => Line($"    {text}");

    public override void End() => Ended(phase, time.GetElapsedTime(began).TotalSeconds);

    public override void Take(DeployEventDocument one)
    {
        switch (one.Kind)
        {
            case "phase":
                Line($"==> {one.Phase}");
                break;
            case "ended":
                Ended(one.Phase, one.Seconds ?? 0);
                break;
            case "end":
                Line(string.Create(CultureInfo.InvariantCulture, $"{(one.Outcome == "done" ? "Done" : Capital(one.Outcome ?? "ended"))} after {one.Seconds ?? 0:0.0} s: {one.Text}"));
                break;
            default:
                Line($"    {one.Text}");
                break;
        }
    }

    static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    void Ended(string name, double seconds) => Line(string.Create(CultureInfo.InvariantCulture, $"    {name} took {seconds:0.0} s"));

    void Line(string text)
    {
        screen.Line(SafeText.Of(text));
        screen.Flush();
    }
}
