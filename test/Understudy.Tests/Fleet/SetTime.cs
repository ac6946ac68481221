namespace Understudy.Tests.Fleet;

/// <summary>A wall clock that stands where it is put.</summary>
sealed class SetTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
