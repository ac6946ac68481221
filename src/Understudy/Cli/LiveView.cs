using System.Runtime.InteropServices;
using Understudy.Api;

namespace Understudy.Cli;

/// <summary>A picture that is shown anew each second, until Ctrl-C or TERM: over the last one on a terminal, one after another in a pipe.</summary>
internal static class LiveView
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <param name="redraw">False: each is written below the last, as where it is JSON.</param>
    public static async Task<int> Show(Screen screen, bool redraw, Action<Screen> picture)
    {
        using var told = new CancellationTokenSource();
        using var interrupt = On(PosixSignal.SIGINT, told);
        using var term = On(PosixSignal.SIGTERM, told);
        using var timer = new PeriodicTimer(Every);
        try
        {
            do
            {
                if (screen.Live && redraw)
                    Redraw(screen, picture);
                else
                    picture(screen);
                screen.Flush();
            }
            while (await timer.WaitForNextTickAsync(told.Token));
        }
        catch (OperationCanceledException) { }
        return ExitCode.Done;
    }

    static PosixSignalRegistration On(PosixSignal signal, CancellationTokenSource told) => PosixSignalRegistration.Create(signal, context =>
    {
        // The second one ends it as usual, should it hang.
        context.Cancel = !told.IsCancellationRequested;
        told.Cancel();
    });

    /// <summary>Draws over the last picture without clearing first, which would flicker; what does not fit the height is left out.</summary>
    static void Redraw(Screen screen, Action<Screen> picture)
    {
        var drawn = new StringWriter();
        var canvas = new Screen(drawn, screen.Error, live: true, screen.Colour, Math.Max(40, Console.WindowWidth));
        try
        {
            picture(canvas);
        }
        catch (AgentAbsent absent)
        {
            canvas.Line(absent.Message);
        }
        var lines = drawn.ToString().TrimEnd('\n').Split('\n');
        var room = Math.Max(5, Console.WindowHeight - 1);
        screen.Out.Write("\e[H");
        foreach (var line in lines.Take(lines.Length > room ? room - 1 : room))
            screen.Out.Write(line + "\e[K\n");
        if (lines.Length > room)
            screen.Out.Write($"... {lines.Length - room + 1} more lines\e[K\n");
        screen.Out.Write("\e[J");
    }
}
