using System.CommandLine;
using Understudy.Api;
using Understudy.Sampling;

namespace Understudy.Cli;

/// <summary>Where `memory` has its figures from: the agent, and where that of this machine does not answer, the kernel.</summary>
internal sealed class MemorySource(CommonOptions common, ParseResult parse, bool exact)
{
    /// <summary>It is an instant's work for an agent that is well.</summary>
    static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(1);

    /// <summary>For thousands of large processes.</summary>
    static readonly TimeSpan ReadsWithin = TimeSpan.FromSeconds(20);

    MemoryWithoutAgent? _without;

    /// <summary>The agent's answer as it is. Null: there is none, or only a part of it is wanted.</summary>
    public byte[]? Bytes()
    {
        if (common.App(parse) is not null)
            return null;
        try
        {
            return Client().MemoryBytes(exact);
        }
        catch (Exception absent) when (MayGoWithout(absent))
        {
            return null;
        }
    }

    /// <exception cref="CommandFailed">No such app is known.</exception>
    public MemoryDocument Document()
    {
        var document = Whole();
        return common.App(parse) is { } app ? OnlyApp(document, app) : document;
    }

    MemoryDocument Whole()
    {
        try
        {
            return Client().Memory(exact);
        }
        catch (Exception absent) when (MayGoWithout(absent))
        {
            var place = AgentPlace.Find(common.Root(parse));
            _without ??= new MemoryWithoutAgent(place.Paths, place.Agent);
            return _without.Describe(Environment.MachineName, exact, absent is AgentRefused ? "is older than this command, and does not say" : null);
        }
    }

    ApiClient Client() => common.Client(parse, exact ? ReadsWithin : AnswersWithin);

    bool MayGoWithout(Exception failure) => failure is AgentAbsent or AgentRefused { WrongUsage: true } && !common.IsRemote(parse);

    static MemoryDocument OnlyApp(MemoryDocument document, string app)
    {
        bool Of(string id) => id.StartsWith(app + ".", StringComparison.Ordinal);
        var of = document with
        {
            Pools = [.. document.Pools.Where(pool => pool.App == app)],
            Beside = [.. document.Beside.Where(owner => Of(owner.Id))],
            Stale = [.. document.Stale.Where(stale => Of(stale.Id))],
            Moved = [.. document.Moved.Where(moved => Of(moved.Id))],
            Adopted = [.. document.Adopted.Where(Of)],
            Others = [],
        };
        if (of.Pools.Count + of.Beside.Count + of.Stale.Count + of.Moved.Count > 0)
            return of;
        var known = document.Pools.Select(pool => pool.App).Distinct().ToList();
        throw new CommandFailed($"No app is named \"{app}\"; {(known.Count == 0 ? "none runs here" : "here runs " + string.Join(", ", known))}.", ExitCode.Usage);
    }
}
