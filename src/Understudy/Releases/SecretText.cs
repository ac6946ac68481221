namespace Understudy.Releases;

/// <summary>What a command printed, without the secrets that it was given: more people see it than its log.</summary>
static class SecretText
{
    /// <summary>A shorter one would take out parts of ordinary words.</summary>
    const int ShortestHidden = 4;

    public static string Hide(string text, IEnumerable<string> secrets)
    {
        foreach (var secret in secrets.Where(value => value.Length >= ShortestHidden).OrderByDescending(value => value.Length))
            text = text.Replace(secret, "[secret]", StringComparison.Ordinal);
        return text;
    }
}
