using System.Globalization;

namespace Understudy.Cli;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Two units at most: 8s, 3m 12s, 4h 5m, 12d 3h.</summary>
    public static string Age(TimeSpan age)
    {
        if (age < TimeSpan.Zero)
            age = TimeSpan.Zero;
        if (age.TotalDays >= 1)
            return Text($"{(int)age.TotalDays}d {age.Hours}h");
        if (age.TotalHours >= 1)
            return Text($"{age.Hours}h {age.Minutes}m");
        return age.TotalMinutes >= 1 ? Text($"{age.Minutes}m {age.Seconds}s") : Text($"{age.Seconds}s");
    }

    /// <summary>Decimal megabytes, as memory limits are written in the configuration; "-" while not measured.</summary>
    public static string Memory(long bytes) => bytes switch
    {
        <= 0 => "-",
        < 1_000_000 => Text($"{Math.Max(1, bytes / 1000)} kB"),
        < 10_000_000_000 => Text($"{bytes / 1e6:N0} MB"),
        _ => Text($"{bytes / 1e9:N1} GB"),
    };

    public static string Milliseconds(double milliseconds) => milliseconds switch
    {
        < 10 => Text($"{milliseconds:0.#} ms"),
        < 1000 => Text($"{milliseconds:0} ms"),
        _ => Text($"{milliseconds / 1000:0.0} s"),
    };

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
