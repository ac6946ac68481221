using Understudy.Bench.Linux;

namespace Understudy.Bench;

/// <summary>A killed agent leaves its proxy and workers alive, by design. They are known by this benchmark's own folder in their environment or arguments.</summary>
static class Leftovers
{
    public static void Kill(string folder)
    {
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(entry), out var pid) && pid != Environment.ProcessId && (Names(entry, "cmdline", folder) || Names(entry, "environ", folder)))
                Signals.Send(pid, Signals.Kill);
    }

    static bool Names(string entry, string file, string folder)
    {
        try { return File.ReadAllText(Path.Combine(entry, file)).Contains(folder, StringComparison.Ordinal); }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException) { return false; }
    }
}
