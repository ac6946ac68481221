namespace Understudy.Cli;

/// <summary>What `understudy` alone prints.</summary>
internal static class FrontPage
{
    static readonly (VerbGroup Group, string Title)[] Groups =
    [
        (VerbGroup.Run, "Run an app"),
        (VerbGroup.Look, "Look at what runs"),
        (VerbGroup.Change, "Change what runs"),
        (VerbGroup.Shell, "The rest"),
    ];

    static readonly (string Command, string What)[] Examples =
    [
        ("understudy up", "serve the app in this folder at http://localhost:8080"),
        ("understudy up --command 'bin/web -p $PORT'", "the same, without any file"),
        ("understudy status --watch", "see it work"),
        ("understudy scale web=4", "four web workers from now on"),
        ("understudy run -t -- bin/rails console", "a console in the app's environment"),
    ];

    public static int Write(Screen screen)
    {
        screen.Line($"Understudy {Product.Version} runs web applications and keeps them up.");
        foreach (var (group, title) in Groups)
        {
            screen.Line();
            screen.Line(screen.Paint(Ink.Bold, title));
            foreach (var verb in Verbs.All.Where(verb => verb.Group == group))
                screen.Line($"  {screen.Paint(Ink.Note, verb.Name.PadRight(12))}{verb.Summary}");
        }
        screen.Line();
        screen.Line(screen.Paint(Ink.Bold, "Examples"));
        foreach (var (command, what) in Examples)
            screen.Line($"  {command,-44}{screen.Paint(Ink.Faint, what)}");
        screen.Line();
        screen.Line("`understudy VERB --help` says more. All take --json where they print figures; exit 0 done, 1 failed, 2 wrong usage or configuration.");
        return ExitCode.Done;
    }
}
