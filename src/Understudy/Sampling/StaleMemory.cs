using Understudy.Api;

namespace Understudy.Sampling;

/// <summary>What is known of a stale owner beside what it holds. See <see cref="StaleMemoryDocument"/>.</summary>
sealed record StaleMemory(string Id, string Reason, string KeptBy, TimeSpan? Since = null, string Release = "", int Generation = 0, bool InDoubt = false);
