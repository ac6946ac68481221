using System.Globalization;
using Understudy.Api;

namespace Understudy.Cli;

/// <summary>A deploy on a terminal: a line for each phase with its time, and below the newest one the last lines of what goes on.</summary>
internal sealed class DeployPicture(Screen screen, TimeProvider time) : DeployView
{
    const int LastLines = 5;
    const int NameWidth = 9;
    static readonly string[] Turning = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

    readonly Queue<string> last = [];
    readonly List<int> drawn = [];
    string phase = "";
    string note = "";
    long began;
    int turn;

    public override void Begin(string name)
    {
        (phase, note, began) = (name, "", time.GetTimestamp());
        last.Clear();
        Draw();
    }

    public override void Note(string text)
    {
        note = SafeText.Of(text);
        Draw();
    }

    public override void End() => Ended(time.GetElapsedTime(began).TotalSeconds, Mark.Good);

    public override void Take(DeployEventDocument one)
    {
        switch (one.Kind)
        {
            case "phase":
                Begin(one.Phase);
                break;
            case "ended":
                Ended(one.Seconds ?? 0, one.Phase == "rollback" ? Mark.Back : one.Outcome is null or "done" ? Mark.Good : Mark.Bad);
                break;
            case "log":
                Keep(one.Text);
                break;
            case "note":
                note = SafeText.Of(one.Text);
                break;
            case "end":
                Erase();
                screen.Line();
                var head = one.Outcome == "done" ? screen.Paint(Ink.Good, "Done") : screen.Paint(Ink.Bad, char.ToUpperInvariant(one.Outcome![0]) + one.Outcome[1..]);
                screen.Line(string.Create(CultureInfo.InvariantCulture, $"{head} after {one.Seconds ?? 0:0.0} s: {SafeText.Of(one.Text)}"));
                screen.Flush();
                phase = "";
                break;
            default:
                last.Enqueue(SafeText.Of(one.Text));
                if (last.Count > LastLines)
                    last.Dequeue();
                break;
        }
    }

    public override void Draw()
    {
        if (phase.Length == 0)
            return;
        Erase();
        Line(screen.Paint(Ink.Note, Turning[turn++ % Turning.Length]), time.GetElapsedTime(began).TotalSeconds);
        foreach (var line in last)
        {
            var shown = CellWidth.Cut("      " + line, screen.Width - 1);
            drawn.Add(CellWidth.Of(shown));
            screen.Line(screen.Paint(Ink.Faint, shown));
        }
        screen.Flush();
    }

    enum Mark
    {
        Good,
        Bad,
        Back,
    }

    /// <summary>A line that stays, above what is redrawn.</summary>
    void Keep(string text)
    {
        Erase();
        screen.Line(screen.Paint(Ink.Faint, CellWidth.Cut("      " + SafeText.Of(text), screen.Width - 1)));
        screen.Flush();
    }

    void Ended(double seconds, Mark mark)
    {
        Erase();
        Line(mark switch { Mark.Good => screen.Paint(Ink.Good, "✓"), Mark.Bad => screen.Paint(Ink.Bad, "✗"), _ => screen.Paint(Ink.Warn, "↺") }, seconds);
        drawn.Clear();
        screen.Flush();
        // What it said last is why it failed.
        if (mark == Mark.Bad)
            last.ToList().ForEach(Keep);
        last.Clear();
        phase = "";
    }

    void Line(string mark, double seconds)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{phase.PadRight(NameWidth)} {seconds,6:0.0} s  ");
        var shown = CellWidth.Cut(note, Math.Max(1, screen.Width - text.Length - 5));
        drawn.Add(4 + text.Length + CellWidth.Of(shown));
        screen.Line($"  {mark} {text}{screen.Paint(Ink.Faint, shown)}");
    }

    /// <summary>A terminal that was made narrower meanwhile has wrapped what was drawn.</summary>
    void Erase()
    {
        var rows = drawn.Sum(cells => 1 + (Math.Max(0, cells - 1) / screen.Width));
        if (rows > 0)
            screen.Out.Write(string.Create(CultureInfo.InvariantCulture, $"\e[{rows}A\r\e[J"));
        drawn.Clear();
    }
}
