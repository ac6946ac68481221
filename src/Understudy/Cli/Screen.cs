using System.Globalization;
using System.Text;
using Understudy.Linux;

namespace Understudy.Cli;

internal enum Ink
{
    None,
    Bold,
    Faint,
    Good,
    Bad,
    Warn,
    Note,
}

/// <summary>Where a verb writes, and what may be written there.</summary>
/// <param name="live">A person looks at a terminal: columns fit its width, and waits are animated.</param>
internal sealed class Screen(TextWriter output, TextWriter error, bool live, bool colour, int width)
{
    public TextWriter Out => output;
    public TextWriter Error => error;
    public bool Live => live;
    public bool Colour => colour;

    /// <summary>In cells; only a live screen has a limit. Asked anew: a person may resize the terminal.</summary>
    public int Width => live ? Measure?.Invoke() ?? width : int.MaxValue;

    Func<int>? Measure { get; init; }

    public static Screen OfProcess()
    {
        var live = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        var colour = live && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var output = new StreamWriter(new StandardStream(1), utf8, 4096) { AutoFlush = false };
        var error = new StreamWriter(new StandardStream(2), utf8, 512) { AutoFlush = true };
        return new(output, error, live, colour, int.MaxValue) { Measure = () => Math.Max(40, Console.WindowWidth) };
    }

    public void Line(string text = "") => output.WriteLine(text);

    public void Flush() => output.Flush();

    public string Paint(Ink ink, string text) => !colour || ink == Ink.None || text.Length == 0 ? text : $"\e[{Code(ink)}m{text}\e[0m";

    /// <summary>One of five colours, never the red of errors, the same for the same name.</summary>
    public string PaintName(string name, string text)
    {
        if (!colour)
            return text;
        var sum = 0;
        foreach (var letter in name)
            sum = ((sum * 31) + letter) & 0xffff;
        return string.Create(CultureInfo.InvariantCulture, $"\e[{32 + (sum % 5)}m{text}\e[0m");
    }

    static string Code(Ink ink) => ink switch
    {
        Ink.Bold => "1",
        Ink.Faint => "2",
        Ink.Good => "32",
        Ink.Bad => "31",
        Ink.Warn => "33",
        _ => "36",
    };
}
