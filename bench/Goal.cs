namespace Understudy.Bench;

/// <param name="AtMost">Of the value, in its unit; of its ratio to the peer's where OfRatio.</param>
sealed record Goal(double AtMost, bool OfRatio = false);
