namespace Understudy.Releases;

/// <summary>What a command printed, without the secrets that it was given: more people see it than its log.</summary>
static class SecretText
{
    /// <summary>A shorter one would take out parts of ordinary words.</summary>
    const int ShortestHidden = 4;

    /// <summary>Those that are looked for, the longest first: one may be a part of another.</summary>
    public static IEnumerable<string> Hidden(IEnumerable<string> secrets) => secrets.Where(value => value.Length >= ShortestHidden).OrderByDescending(value => value.Length);

    public static string Hide(string text, IEnumerable<string> secrets)
    {
        foreach (var secret in Hidden(secrets))
            text = text.Replace(secret, "[secret]", StringComparison.Ordinal);
        return text;
    }
}
