using Understudy.Cli;

namespace Understudy.Tests.Cli;

/// <summary>What a command line printed and how it ended.</summary>
internal sealed record Ran(int Code, string Out, string Error)
{
    public static async Task<Ran> Verb(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await Task.Run(() => CommandLine.Run(args, new Screen(output, error, live: false, colour: false, 80))).WaitAsync(TimeSpan.FromSeconds(60));
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>What a view prints, on a terminal of 80 cells or piped.</summary>
    public static string View(bool live, Action<Screen> view, bool colour = false, int width = 80)
    {
        var output = new StringWriter();
        view(new Screen(output, output, live, colour, width));
        return output.ToString();
    }
}
