using Understudy.Decisions.Doctor;

namespace Understudy.Cli;

/// <summary>`doctor` as text: each finding with what was seen, what mends it, and where to read on.</summary>
internal sealed class DoctorView(Screen screen)
{
    const int Indent = 10;
    const int Widest = 110;

    public static string Page(Finding finding) => $"docs/doctor/{finding.Kind}.md";

    public void Write(IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings)
        {
            var (word, ink) = finding.Weight switch { Weight.Error => ("error", Ink.Bad), Weight.Warning => ("warning", Ink.Warn), _ => ("note", Ink.Note) };
            Entry(word, ink, finding.Says, Ink.Bold);
            Entry("seen", Ink.Faint, finding.Evidence, Ink.None);
            Entry("fix", Ink.Faint, finding.Fix, Ink.None);
            Entry("more", Ink.Faint, Page(finding), Ink.Faint);
            screen.Line();
        }
        screen.Line(Summary(findings));
    }

    static string Summary(IReadOnlyList<Finding> findings)
    {
        string Count(Weight weight, string word) => findings.Count(finding => finding.Weight == weight) is var count && count == 1 ? $"1 {word}" : $"{count} {word}s";
        return Examination.IsWrong(findings)
            ? $"{Count(Weight.Error, "error")}, {Count(Weight.Warning, "warning")}, {Count(Weight.Note, "note")}."
            : $"Nothing is wrong. {Count(Weight.Note, "note")}.";
    }

    void Entry(string word, Ink wordInk, string text, Ink ink)
    {
        var first = true;
        foreach (var line in Lines(SafeText.Of(text), Math.Max(30, Math.Min(Widest, screen.Width) - Indent)))
        {
            screen.Line((first ? screen.Paint(wordInk, word) + new string(' ', Indent - word.Length) : new string(' ', Indent)) + screen.Paint(ink, line));
            first = false;
        }
    }

    /// <summary>Broken at spaces; piped, each stays one line.</summary>
    IEnumerable<string> Lines(string text, int width)
    {
        if (!screen.Live)
            return [text];
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length > 0 && CellWidth.Of(lines[^1]) + 1 + CellWidth.Of(word) > width)
                lines.Add(word);
            else
                lines[^1] += lines[^1].Length == 0 ? word : " " + word;
        }
        return lines;
    }
}
