namespace Understudy.Decisions.Workers;

/// <summary>Some of a pool's workers: a number, or a part of it.</summary>
/// <param name="Number">Of workers, or per cent.</param>
public readonly record struct WorkerShare(int Number, bool Percent)
{
    public static readonly WorkerShare One = new(1, false);

    /// <summary>Of a pool of so many; at least one, so that it gets anywhere.</summary>
    public int Of(int workers) => Math.Max(1, Percent ? (int)((long)workers * Number / 100) : Number);

    public override string ToString() => Percent ? $"{Number}%" : $"{Number}";
}
