namespace Understudy.Decisions.Doctor;

/// <summary>Sizes and spans as sentences have them.</summary>
static class Amount
{
    public static string Of(long bytes) => bytes switch
    {
        >= 10_000_000_000 => FormattableString.Invariant($"{bytes / 1e9:0} GB"),
        >= 1_000_000_000 => FormattableString.Invariant($"{bytes / 1e9:0.0} GB"),
        >= 1_000_000 => FormattableString.Invariant($"{bytes / 1e6:0} MB"),
        _ => FormattableString.Invariant($"{bytes / 1e3:0} kB"),
    };

    public static string Of(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => FormattableString.Invariant($"{span.TotalDays:0} days"),
        { TotalHours: >= 2 } => FormattableString.Invariant($"{span.TotalHours:0} hours"),
        { TotalMinutes: >= 2 } => FormattableString.Invariant($"{span.TotalMinutes:0} minutes"),
        _ => FormattableString.Invariant($"{span.TotalSeconds:0} s"),
    };

    public static string Percent(long part, long whole) => FormattableString.Invariant($"{(whole > 0 ? 100.0 * part / whole : 0):0} %");

    public static string Count(int number, string noun, string? plural = null) => FormattableString.Invariant($"{number} {(number == 1 ? noun : plural ?? noun + "s")}");
}
