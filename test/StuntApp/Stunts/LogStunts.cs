using System.Text;

namespace StuntApp.Stunts;

/// <summary>Numbered lines on standard output: `stunt PID line 7 of 100 xxxx`.</summary>
internal static class LogStunts
{
    public static void Map(WebApplication app) => app.MapGet("/log", (long? lines, int? mb, int? width, bool? err) =>
    {
        const int megabyte = 1_000_000, defaultWidth = 100;
        var length = width ?? defaultWidth;
        var count = lines ?? (mb is { } megabytes ? (long)megabytes * megabyte / length : 1);
        using var stream = err == true ? Console.OpenStandardError() : Console.OpenStandardOutput();
        for (var first = 1L; first <= count; first += 1000)
            stream.Write(Encoding.ASCII.GetBytes(string.Concat(Numbers(first, Math.Min(first + 999, count)).Select(number => Line(number, count, length)))));
        return $"{count}\n";
    });

    public static async Task Chatter(int linesPerSecond)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1000.0 / linesPerSecond));
        for (var number = 1L; await timer.WaitForNextTickAsync(); number++)
            Console.WriteLine($"stunt {Environment.ProcessId} chatter {number}");
    }

    private static IEnumerable<long> Numbers(long first, long last)
    {
        for (var number = first; number <= last; number++)
            yield return number;
    }

    private static string Line(long number, long count, int width) =>
        $"stunt {Environment.ProcessId} line {number} of {count} ".PadRight(width - 1, 'x') + "\n";
}
