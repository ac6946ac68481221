using System.Globalization;
using System.Text.Json;
using Understudy.Api;
using Understudy.Decisions.Config;

namespace Understudy.Cli;

/// <summary>What `up` prints: lines of several origins, each under its name, and below them one line of progress that comes and goes.</summary>
internal sealed class UpOutput(Screen screen, bool json)
{
    /// <summary>Of a process type, in the list of what was found.</summary>
    const int NameWidth = 8;
    const string Own = "understudy";
    readonly Lock writing = new();
    readonly NamePrefix prefix = new(screen);
    bool progressShown;
    bool gone;

    public void Found(AgentOptions options)
    {
        foreach (var app in options.Apps)
        {
            Say($"{screen.Paint(Ink.Bold, app.Config.App)}  {screen.Paint(Ink.Faint, Origin(app.Folder))}");
            foreach (var process in app.Config.Processes)
                Say($"  {process.Name.PadRight(NameWidth)} {Fit(process.Command, NameWidth + 3)}\n  {new string(' ', NameWidth)} {screen.Paint(Ink.Faint, Bounds(process))}");
        }
    }

    public void Serving(AgentOptions options)
    {
        var addresses = options.Host.Listen.Select(Shown).ToList();
        Say();
        foreach (var app in options.Apps)
        {
            var places = app.Config.Domains.Count == 0 || options.Apps.Count == 1 ? addresses : [.. app.Config.Domains.Take(3).Select(domain => addresses[0] + $" as {domain}")];
            Say(screen.Paint(Ink.Good, $"{app.Config.App} is at {string.Join(" and ", places)}"));
        }
        Say();
        var here = AgentPlace.Find(null, null, Environment.CurrentDirectory).Paths.Root == options.Paths.Root;
        var root = here ? "" : " --root " + Path.GetRelativePath(Environment.CurrentDirectory, options.Paths.Root!);
        // As this program was called itself: it need not be in PATH.
        var program = Environment.GetCommandLineArgs()[0];
        Say("Try in another terminal, in this folder:");
        Say($"  {program} status --watch{root}");
        Say($"  {program} scale web=4{root}");
        Say($"  {program} restart{root}");
        Say("Ctrl-C stops everything.");
        Say();
    }

    public void Event(EventDocument one)
    {
        if (json)
            Say(JsonSerializer.Serialize(one, JsonDocuments.Readable.EventDocument), always: true);
        else
            Say(prefix.OfOwn(Own) + screen.Paint(EventLines.InkOf(one.Kind), SafeText.Of(one.Message)));
    }

    public void LogLine(LogLineDocument line)
    {
        if (json)
            Say(JsonSerializer.Serialize(line, JsonDocuments.Readable.LogLineDocument), always: true);
        else
            Say(prefix.Of(line.Worker) + (screen.Live ? SafeText.Of(line.Line) : line.Line));
    }

    /// <summary>Prints a line of `up` itself; with --json nothing but the streams is printed.</summary>
    public void Say(string text = "", bool always = false)
    {
        if (json && !always)
            return;
        Write(() => screen.Line(text));
    }

    /// <summary>A line that the next one replaces; nothing where no terminal shows it.</summary>
    public void Progress(string text)
    {
        if (!screen.Live || json)
            return;
        Write(() => screen.Out.Write(screen.Paint(Ink.Faint, CellWidth.Cut(SafeText.Of(text), screen.Width - 1))));
        progressShown = !gone;
    }

    /// <summary>A terminal that was closed, or a full disk, must not keep `up` from serving and from stopping in order: it goes on in silence.</summary>
    void Write(Action write)
    {
        lock (writing)
        {
            if (gone)
                return;
            try
            {
                Clear();
                write();
                screen.Flush();
            }
            catch (IOException)
            {
                gone = true;
            }
        }
    }

    void Clear()
    {
        if (progressShown)
            screen.Out.Write("\r\e[K");
        progressShown = false;
    }

    string Fit(string text, int used) => CellWidth.Cut(SafeText.Of(text), screen.Width == int.MaxValue ? int.MaxValue : screen.Width - used);

    static string Origin(string folder)
    {
        var files = ((string[])["understudy.yaml", "Procfile"]).Where(name => File.Exists(Path.Combine(folder, name))).ToList();
        return files.Count == 0 ? folder : $"{string.Join(" and ", files)} in {folder}";
    }

    static string Bounds(ProcessConfig process)
    {
        var count = process.MinWorkers == process.MaxWorkers ? Text(process.MinWorkers) : $"{Text(process.MinWorkers)} to {Text(process.MaxWorkers)}";
        var ready = process.Ready.Notify ? ", ready when it says READY=1" : process.TakesRequests ? $", ready when {process.Ready.Path ?? "/up (or / where there is none)"} answers" : "";
        return $"{count} worker{(count == "1" ? "" : "s")}{ready}";
    }

    /// <summary>The address as one opens it in a browser on this machine.</summary>
    internal static string Shown(string listen)
    {
        var uri = new Uri(listen);
        var host = uri.Host is "127.0.0.1" or "0.0.0.0" or "[::1]" or "[::]" ? "localhost" : uri.Host;
        return uri.IsDefaultPort ? $"{uri.Scheme}://{host}" : string.Create(CultureInfo.InvariantCulture, $"{uri.Scheme}://{host}:{uri.Port}");
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
