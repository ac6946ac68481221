using Understudy.Decisions.Sampling;
using Understudy.Workers;

namespace Understudy.Cli;

/// <summary>`reap` as text: what is stale and why, and what became of it.</summary>
internal sealed class ReapView(Screen screen, DateTimeOffset now)
{
    /// <param name="moved">Left alone unless it is named.</param>
    /// <param name="only">Nothing will be killed.</param>
    public void Before(string agent, string? memory, IReadOnlyList<ReapVerdict> verdicts, IReadOnlyList<ReapVerdict> moved, bool only)
    {
        if (agent != "answers")
            screen.Line(screen.Paint(Ink.Warn, $"The agent {agent}: this goes by what it has written down."));
        if (memory is not null)
            screen.Line(screen.Paint(Ink.Faint, $"This command {SafeText.Of(memory)}."));
        if (verdicts.Count == 0)
            screen.Line("Nothing is stale.");
        foreach (var verdict in verdicts)
            Write(verdict);
        foreach (var verdict in moved)
            WriteMoved(verdict);
        if (only && verdicts.Any(verdict => verdict.Ruling == ReapRuling.Stale))
            screen.Line("Nothing was killed. `understudy reap all` kills what is stale, `understudy reap PID` that of which PID is a process.");
    }

    public void After(IReadOnlyList<ReapVerdict> verdicts, Func<ReapVerdict, string> outcome)
    {
        foreach (var verdict in verdicts.Where(verdict => verdict.Ruling == ReapRuling.Stale))
            screen.Line(outcome(verdict) == "killed"
                ? $"Killed {SafeText.Of(verdict.Id)}."
                : screen.Paint(Ink.Bad, $"{SafeText.Of(verdict.Id)} was killed and is still there: it waits in the kernel, or this user may not kill it."));
        if (verdicts.Count(verdict => verdict.Ruling == ReapRuling.Doubtful) is > 0 and var doubtful)
            screen.Line(screen.Paint(Ink.Warn, $"Left alone, for it is not sure that they are stale: {doubtful}."));
    }

    void WriteMoved(ReapVerdict verdict)
    {
        screen.Line($"{screen.Paint(Ink.Bold, SafeText.Of(verdict.Id))}  {screen.Paint(Ink.Warn, "moved")}");
        screen.Line($"    {SafeText.Of(verdict.Sentence)}: {(verdict.Ruling == ReapRuling.Stale ? $"`understudy reap {verdict.Group.Processes[0].Key.Pid}` kills it" : "it is left alone")}");
        screen.Line($"    {screen.Paint(Ink.Faint, SafeText.Of(verdict.Group.Said))}");
    }

    void Write(ReapVerdict verdict)
    {
        var age = verdict.Since is { } since ? $"  stale for {Figures.Age(now - TimeOfDay.At(since))}" : "";
        screen.Line($"{screen.Paint(Ink.Bold, SafeText.Of(verdict.Id))}  {screen.Paint(verdict.Ruling == ReapRuling.Stale ? Ink.Bad : Ink.Warn, verdict.Ruling == ReapRuling.Stale ? "stale" : "in doubt")}{age}");
        screen.Line($"    {SafeText.Of(verdict.Sentence)}");
        screen.Line($"    {screen.Paint(Ink.Faint, SafeText.Of(verdict.Group.Said))}");
    }
}
