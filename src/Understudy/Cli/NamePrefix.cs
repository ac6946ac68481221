namespace Understudy.Cli;

/// <summary>The name before a line of one of several origins, in a column that grows as names need it.</summary>
internal sealed class NamePrefix(Screen screen)
{
    int width = 8;

    public string Of(string name) => screen.PaintName(name, Padded(name));

    /// <summary>For what this program says itself.</summary>
    public string OfOwn(string name) => screen.Paint(Ink.Bold, Padded(name));

    string Padded(string name)
    {
        width = Math.Max(width, name.Length);
        return SafeText.Of(name).PadRight(width) + " | ";
    }
}
