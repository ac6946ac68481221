using System.Globalization;

namespace Understudy.Linux;

static class ProcessMemory
{
    /// <summary>Proportional set size in bytes: shared pages are counted once across the processes that share them. 0 when gone.</summary>
    public static long Pss(int pid)
    {
        if (ProcFile.Text($"/proc/{pid}/smaps_rollup") is not { } text)
            return 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("Pss:"))
                return long.Parse(line[4..].Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024;
        }
        return 0;
    }
}
