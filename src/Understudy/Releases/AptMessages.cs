namespace Understudy.Releases;

/// <summary>What apt-get said in the C locale, as far as something can be done about it.</summary>
sealed class AptMessages
{
    bool _stale;
    bool _interrupted;

    /// <summary>Its last error, without the mark of one.</summary>
    public string? Error { get; private set; }

    public void Take(string line)
    {
        if (!line.StartsWith("E: ", StringComparison.Ordinal))
            return;
        Error = line[3..].TrimEnd('.');
        _interrupted |= Error.Contains("dpkg was interrupted", StringComparison.Ordinal);
        _stale |= Error.Contains("Unable to locate package", StringComparison.Ordinal)
            || Error.Contains("no installation candidate", StringComparison.Ordinal)
            || Error.Contains("Unable to fetch", StringComparison.Ordinal)
            || Error.Contains("Failed to fetch", StringComparison.Ordinal);
    }

    /// <summary>A command after which it may go well; null where none is known.</summary>
    public string? Remedy(string apt) => _interrupted ? "dpkg --configure -a" : _stale ? $"{apt} update" : null;
}
