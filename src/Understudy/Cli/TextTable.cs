using System.Text;

namespace Understudy.Cli;

/// <param name="Right">Numbers are aligned at their right.</param>
/// <param name="DropAt">On a terminal that is too narrow the column with the highest number goes first; 0 stays.</param>
internal sealed record Column(string Header, bool Right = false, int DropAt = 0);

internal readonly record struct Cell(string Text, Ink Ink = Ink.None)
{
    public static implicit operator Cell(string text) => new(text);
}

/// <summary>Aligned columns, two spaces apart; on a terminal they fit its width, and the last one is cut to what is left.</summary>
internal sealed class TextTable(params Column[] columns)
{
    const int LeastOfLast = 16;
    readonly List<Cell[]> rows = [];

    public bool IsEmpty => rows.Count == 0;

    public void Add(params Cell[] cells)
    {
        for (var i = 0; i < cells.Length; i++)
            cells[i] = cells[i] with { Text = SafeText.Of(cells[i].Text) };
        rows.Add(cells);
    }

    public void Write(Screen screen, string indent = "")
    {
        var widths = new int[columns.Length];
        for (var i = 0; i < columns.Length; i++)
            widths[i] = Math.Max(columns[i].Header.Length, rows.Count == 0 ? 0 : rows.Max(row => CellWidth.Of(row[i].Text)));
        var shown = Shown(widths, screen.Width - indent.Length);
        WriteRow(screen, indent, shown, widths, [.. columns.Select(column => new Cell(column.Header, Ink.Faint))]);
        foreach (var row in rows)
            WriteRow(screen, indent, shown, widths, row);
    }

    List<int> Shown(int[] widths, int room)
    {
        var shown = Enumerable.Range(0, columns.Length).ToList();
        var last = columns.Length - 1;
        while (shown.Sum(i => (i == last ? Math.Min(widths[i], LeastOfLast) : widths[i]) + 2) - 2 > room && shown.Any(i => columns[i].DropAt > 0))
            shown.Remove(shown.MaxBy(i => columns[i].DropAt));
        return shown;
    }

    void WriteRow(Screen screen, string indent, List<int> shown, int[] widths, Cell[] row)
    {
        var line = new StringBuilder(indent);
        var used = indent.Length;
        foreach (var i in shown)
        {
            var text = i == shown[^1] && !columns[i].Right ? CellWidth.Cut(row[i].Text, Math.Max(1, screen.Width - used)) : row[i].Text;
            var gap = new string(' ', Math.Max(0, widths[i] - CellWidth.Of(text)));
            var painted = screen.Paint(row[i].Ink, text);
            line.Append(columns[i].Right ? gap + painted : i == shown[^1] ? painted : painted + gap);
            used += widths[i] + 2;
            if (i != shown[^1])
                line.Append("  ");
        }
        screen.Line(line.ToString().TrimEnd());
    }
}
