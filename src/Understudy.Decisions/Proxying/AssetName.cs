namespace Understudy.Decisions.Proxying;

public static class AssetName
{
    const int FewestDigits = 8;

    /// <summary>
    /// Whether the name carries its content's fingerprint, so that it never means anything else: eight or more hex digits between `-` or `.`
    /// and `.`, as in app-5f3c2b1a.css. Digits alone may be a date and letters alone a word, so there must be both: a fingerprint
    /// without is rare (one in forty of the shortest), and then costs a question per use and no more.
    /// </summary>
    public static bool HasFingerprint(ReadOnlySpan<char> name)
    {
        for (var i = 1; i < name.Length; i++)
        {
            if (name[i - 1] is not ('-' or '.')) continue;
            var length = name[i..].IndexOfAnyExcept("0123456789abcdefABCDEF");
            if (length < FewestDigits || name[i + length] != '.') continue;
            var digits = name.Slice(i, length);
            if (digits.ContainsAnyInRange('0', '9') && digits.ContainsAnyExceptInRange('0', '9')) return true;
        }

        return false;
    }
}
