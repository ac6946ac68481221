namespace Understudy.Decisions.Fleet;

/// <summary>How a host's certificate stands.</summary>
public enum CertificateStanding
{
    Good,

    /// <summary>Still taken, and to be renewed now.</summary>
    Due,

    /// <summary>Nobody takes it any more: the host has to join again.</summary>
    Expired,
}

/// <summary>When a host's certificate is renewed.</summary>
public static class CertificateRenewal
{
    /// <summary>How long a certificate is good: a host may be away for the better part of a week, and a stolen key is worth no more than one.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromDays(7);

    /// <summary>So much before it was made: for hosts whose clocks are behind.</summary>
    public static readonly TimeSpan Backdated = TimeSpan.FromHours(2);

    /// <summary>Renewed once so much of its time is over, so that six days of failing to are left.</summary>
    public const double Share = 1.0 / 7;

    /// <summary>Hosts that joined together are spread over so much of the share, by name, so that they do not all ask at once.</summary>
    public const double Spread = 0.25;

    public static CertificateStanding Standing(string host, DateTimeOffset from, DateTimeOffset until, DateTimeOffset now) =>
        now >= until ? CertificateStanding.Expired : now >= DueAt(host, from, until) || now < from ? CertificateStanding.Due : CertificateStanding.Good;

    public static DateTimeOffset DueAt(string host, DateTimeOffset from, DateTimeOffset until)
    {
        var place = host.Aggregate(17u, (sum, letter) => unchecked(sum * 31 + letter)) % 1000 / 1000.0;
        return from + (until - from) * (Share * (1 + Spread * place));
    }
}
