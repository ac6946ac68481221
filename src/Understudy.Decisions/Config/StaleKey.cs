using Understudy.Decisions.Config.Rules;
using Understudy.Decisions.Sampling;

namespace Understudy.Decisions.Config;

/// <summary>`stale:`, which an app and its host may say.</summary>
static class StaleKey
{
    public const string Doc = "What becomes of stale processes: those that an agent started and no pool counts any more, and workers past `stop.within`. reap: they are asked to end, and killed with all "
        + "they started at that deadline, whatever is in flight there. report: they are told of by `understudy memory` and an event, and left alone.";

    internal static readonly Rule<string> Rule = new ChoiceRule("reap", "report");

    public static StalePolicy? Parse(string? written) => written switch
    {
        null => null,
        "report" => StalePolicy.Report,
        _ => StalePolicy.Reap,
    };
}
