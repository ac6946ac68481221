using System.Runtime.InteropServices;

namespace StuntApp.Stunts;

/// <summary>Memory that is really used, outside the collector's reach.</summary>
internal static unsafe class MemoryStunts
{
    private const int Megabyte = 1024 * 1024;

    public static void Map(WebApplication app)
    {
        app.MapGet("/allocate", (int? mb) => Allocate(mb ?? 1));
        app.MapGet("/leak", (int? mb) => Leak(mb ?? 1));
    }

    public static void Allocate(int megabytes)
    {
        for (var block = 0; block < megabytes; block++)
            NativeMemory.Fill(NativeMemory.Alloc(Megabyte), Megabyte, 0xA5);
    }

    /// <summary>`megabytes` each second, in ten steps, until the process ends.</summary>
    public static void Leak(int megabytes)
    {
        const int stepsPerSecond = 10;
        _ = new Timer(_ =>
        {
            var bytes = (nuint)(megabytes * Megabyte / stepsPerSecond);
            NativeMemory.Fill(NativeMemory.Alloc(bytes), bytes, 0xA5);
        }, null, 0, 1000 / stepsPerSecond);
    }
}
