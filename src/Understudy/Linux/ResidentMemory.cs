namespace Understudy.Linux;

/// <summary>A process's resident pages as statm has them. Never to be added up: what forks share counts in each.</summary>
/// <param name="FileBytes">Of these, what belongs to files or shared memory.</param>
readonly record struct ResidentMemory(long ResidentBytes, long FileBytes)
{
    /// <summary>Null for what is no such line.</summary>
    public static ResidentMemory? Parse(ReadOnlySpan<byte> line) =>
        KernelFields.Number(line, 1) is { } resident && KernelFields.Number(line, 2) is { } file
            ? new ResidentMemory(resident * Environment.SystemPageSize, file * Environment.SystemPageSize)
            : null;
}
