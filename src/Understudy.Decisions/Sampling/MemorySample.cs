namespace Understudy.Decisions.Sampling;

/// <summary>A process's memory as it was at a moment. Of the pages that several processes share each has its part, so that these may be added up.</summary>
/// <param name="At">Since boot.</param>
/// <param name="PssBytes">Proportional set size.</param>
/// <param name="PrivateBytes">What no other process has: its end frees this.</param>
/// <param name="SwapBytes">Its part of what lies in swap.</param>
public readonly record struct MemorySample(TimeSpan At, long PssBytes, long PrivateBytes, long SwapBytes);
