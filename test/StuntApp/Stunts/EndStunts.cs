using Microsoft.AspNetCore.Connections.Features;
using StuntApp.Linux;

namespace StuntApp.Stunts;

/// <summary>Ways for a request, a connection or the process to end badly.</summary>
internal static class EndStunts
{
    private const int Kill = 9, Stop = 19, OutOfLuck = 1;

    public static void Map(WebApplication app)
    {
        string[] any = ["GET", "POST", "PUT"];
        app.MapMethods("/crash", any, (int? code, int? ms) => After(ms, () => Libc.ExitNow(code ?? OutOfLuck)));
        app.MapMethods("/abort", any, (int? ms) => After(ms, Libc.Abort));
        app.MapMethods("/signal/{number:int}", any, (int number, int? ms) => After(ms, () => Libc.SignalSelf(number)));
        app.MapMethods("/poison/{**rest}", any, () => After(0, () => Libc.SignalSelf(Kill)));
        app.MapMethods("/freeze", any, () => After(0, () => Libc.SignalSelf(Stop)));
        app.MapMethods("/hang", any, () => Task.Delay(Timeout.Infinite));
        app.MapMethods("/hang-threads", any, (int? count) => HangThreads(count ?? 0));
        app.MapMethods("/die-mid-body", any, (HttpContext context, int? size, int? after) =>
            CutShort(context, size, after, () => Libc.ExitNow(OutOfLuck)));
        app.MapMethods("/reset-mid-body", any, (HttpContext context, int? size, int? after) => CutShort(context, size, after, () => Reset(context)));
        app.MapMethods("/reset", any, Reset);
    }

    private static async Task After(int? milliseconds, Action end)
    {
        await Task.Delay(milliseconds ?? 0);
        Console.Error.WriteLine($"stunt {Environment.ProcessId} ends as told");
        end();
        // A stop reaches the other threads a moment later; none of them shall answer meanwhile.
        await Task.Delay(100);
    }

    private static async Task CutShort(HttpContext context, int? size, int? after, Action end)
    {
        const int defaultSize = 1_000_000, defaultSent = 1000;
        context.Response.ContentLength = size ?? defaultSize;
        await AnswerStunts.WriteLetters(context, after ?? defaultSent);
        await context.Response.Body.FlushAsync();
        // A flush ends when Kestrel's transport has the bytes; this gives it the time to hand them to the kernel.
        await Task.Delay(50);
        end();
    }

    /// <summary>RST instead of FIN.</summary>
    private static void Reset(HttpContext context)
    {
        context.Features.Get<IConnectionSocketFeature>()!.Socket.Close(0);
        context.Abort();
    }

    /// <summary>Blocks threads of the pool for good: the process lives, and answers nobody.</summary>
    private static async Task HangThreads(int count)
    {
        var threads = Math.Max(Environment.ProcessorCount, count);
        ThreadPool.SetMinThreads(threads, Environment.ProcessorCount);
        ThreadPool.SetMaxThreads(threads, Environment.ProcessorCount);
        for (var thread = 0; thread < threads; thread++)
            _ = Task.Run(() => new ManualResetEventSlim().Wait());
        await Task.Delay(Timeout.Infinite);
    }
}
