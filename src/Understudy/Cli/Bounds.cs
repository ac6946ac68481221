using System.CommandLine;
using System.Globalization;

namespace Understudy.Cli;

internal static class Bounds
{
    /// <summary>Refuses numbers outside the bounds; what is no number at all the parser refuses itself.</summary>
    public static void Add<T>(Option<T> option, long least, long most, string otherwise) => option.Validators.Add(result =>
    {
        foreach (var token in result.Tokens)
            if (long.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && (number < least || number > most))
                result.AddError(otherwise);
    });
}
