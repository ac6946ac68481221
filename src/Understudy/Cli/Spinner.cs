using Spectre.Console;

namespace Understudy.Cli;

/// <summary>Shows that a wait goes on: a spinner with the newest sentence on a terminal, a line per new sentence elsewhere.</summary>
internal static class Spinner
{
    public static Task<T> During<T>(Screen screen, string first, Func<Action<string>, Task<T>> work)
    {
        screen.Flush();
        if (!screen.Live)
            return work(new LinePerChange(screen).Say);
        var status = AnsiConsole.Status().Spinner(Spectre.Console.Spinner.Known.Dots).SpinnerStyle(screen.Colour ? new Style(Color.Teal) : Style.Plain);
        return status.StartAsync(Fit(screen, first), context => work(sentence => context.Status(Fit(screen, sentence))));
    }

    static string Fit(Screen screen, string sentence) => Markup.Escape(CellWidth.Cut(SafeText.Of(sentence), screen.Width - 4));

    sealed class LinePerChange(Screen screen)
    {
        string last = "";

        public void Say(string sentence)
        {
            if (sentence == last)
                return;
            last = sentence;
            screen.Error.WriteLine(SafeText.Of(sentence));
        }
    }
}
