using System.Globalization;

namespace Understudy.Cli;

/// <summary>What `scale` was asked for: web=4, web=2-6 or web=auto.</summary>
/// <param name="Min">Null with Max: back to the configuration's own bounds.</param>
internal sealed record ScaleTarget(string Pool, int? Min, int? Max)
{
    const int Most = 1000;

    /// <summary>Null, with the reason in `error`, where the text is none.</summary>
    public static ScaleTarget? Parse(string text, out string error)
    {
        error = $"\"{SafeText.Of(text)}\" is not POOL=WORKERS: write web=4, web=2-6, or web=auto for the configuration's own bounds.";
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0 || at == text.Length - 1)
            return null;
        var (pool, wanted) = (text[..at], text[(at + 1)..]);
        if (wanted == "auto")
            return new(pool, null, null);
        var parts = wanted.Split('-');
        if (parts.Length > 2 || !Number(parts[0], out var min) || !Number(parts[^1], out var max))
            return null;
        if (max > Most)
            error = $"{pool}={wanted}: a pool keeps at most {Most} workers.";
        else if (min > max)
            error = $"{pool}={wanted}: the lower bound {min} is above the upper bound {max}.";
        else
            return new(pool, min, max);
        return null;
    }

    static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
