using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Understudy.Api;
using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Sampling;

namespace Understudy.Cli;

internal static class ReapVerb
{
    const string All = "all";

    public static Command Build(Screen screen)
    {
        var target = new Argument<string?>("PID|all") { Arity = ArgumentArity.ZeroOrOne, Description = "All that is stale, or that of which PID is a process. Without it: only shows what there is" };
        target.CompletionSources.Add(All);
        var dry = new Option<bool>("--dry-run") { Description = "Only show what would be killed" };
        var command = new Command("reap", "End processes of workers and commands that no pool counts any more, at once, and no others; also where the agent is dead, frozen or starved") { target, dry };
        var common = new CommonOptions(command, withApp: false);
        command.SetAction(parse => Reap(screen, common, parse, parse.GetValue(target), parse.GetValue(dry)));
        return command;
    }

    static async Task<int> Reap(Screen screen, CommonOptions common, ParseResult parse, string? target, bool dry)
    {
        var place = common.LocalPlace(parse, "Reaping");
        var pid = Pid(target);
        // First of all: the group that it was called in may have nothing left.
        var memory = SelfProtection.LeaveLimits();
        SelfProtection.Apply();
        var look = new ReapLook(place.Paths, place.Agent);
        var session = new ReapSession(look, pid);
        var verdicts = await session.Look();
        if (pid is { } one)
            MustBeStale(verdicts, one);
        var stale = verdicts.Where(verdict => verdict.Ruling == ReapRuling.Stale).ToList();
        var only = dry || target is null;
        var view = new ReapView(screen, TimeProvider.System.GetUtcNow());
        if (!common.Json(parse))
            view.Before(look.Agent, memory, verdicts, session.Moved, only);
        screen.Flush();
        var left = only || stale.Count == 0 ? (IReadOnlySet<string>)new HashSet<string>() : await new Reaper(look).End(stale, pid);
        string Outcome(ReapVerdict verdict) => verdict.Ruling != ReapRuling.Stale ? "left" : only ? "listed" : left.Contains(verdict.Id) ? "there" : "killed";
        if (common.Json(parse))
            screen.Line(JsonSerializer.Serialize(new ReapDocument(look.Agent, memory, [.. verdicts.Select(verdict => StaleDescription.Of(verdict, Outcome(verdict))), .. session.Moved.Select(moved => StaleDescription.Of(moved, "left"))]), JsonDocuments.Readable.ReapDocument));
        else if (!only)
            view.After(verdicts, Outcome);
        if (!only && stale.Count > 0)
            Note(screen, place.Paths, stale.Where(verdict => Outcome(verdict) == "killed"));
        return verdicts.All(verdict => Outcome(verdict) is "killed" or "listed" || (only && verdict.Ruling == ReapRuling.Doubtful)) ? ExitCode.Done : ExitCode.Failed;
    }

    static int? Pid(string? target) => target is null or All ? null
        : int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0 ? pid
        : throw new CommandFailed($"\"{SafeText.Of(target)}\" is no process: give the pid of one, or \"all\". `understudy reap` alone shows what is stale.", ExitCode.Usage);

    static void MustBeStale(IReadOnlyList<ReapVerdict> verdicts, int pid)
    {
        if (verdicts.Count == 0)
            throw new CommandFailed(ReapRefusal.NotOurs(pid), ExitCode.Usage);
        if (verdicts[0] is { Ruling: not ReapRuling.Stale } kept)
            throw new CommandFailed($"{pid} is not killed: it belongs to {kept.Id}, which {kept.Sentence}.{(kept.Ruling == ReapRuling.Doubtful ? " In doubt nothing is killed." : "")}");
    }

    /// <summary>For the event log: the agent takes it from there, now or once it lives again.</summary>
    static void Note(Screen screen, Paths paths, IEnumerable<ReapVerdict> killed)
    {
        var at = TimeProvider.System.GetUtcNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        try
        {
            new ReapedNotes(paths.Reaped).Write(
                [.. killed.Select(verdict => new ReapedNotes.Note(verdict.Id, $"{verdict.Id} {verdict.Sentence}: killed by hand with all its processes ({verdict.Group.Said}) by {Caller.Name} at {at} UTC"))]);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            screen.Error.WriteLine($"This will not be among the events: {refused.Message}");
        }
    }
}
