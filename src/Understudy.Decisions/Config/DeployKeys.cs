using Understudy.Decisions.Config.Rules;
using Understudy.Decisions.Workers;

namespace Understudy.Decisions.Config;

/// <summary>The keys beneath `deploy:` and `schedule: NAME:`.</summary>
static class DeployKeys
{
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    static readonly Key<TimeSpan> BuildWithin = new("build_within", new DurationRule(TimeSpan.FromSeconds(1), Day),
        "Deadline of all `build:` commands together.", "30m", example: "30m");
    static readonly Key<long> BuildMemory = new("build_memory", new SizeRule(16_000_000, 1_000_000_000_000_000),
        "Memory that a build may use.", fallbackSays: "half of the host's", example: "2GB");
    static readonly Key<TimeSpan> ReleaseWithin = new("release_within", new DurationRule(TimeSpan.FromSeconds(1), Day),
        "Deadline of the `release:` command.", "10m", example: "10m");
    static readonly Key<long> CheckTimes = new("check_times", new NumberRule(1, 100),
        "Times in a row that each page of `check:` must answer.", "3", example: "3");
    static readonly Key<WorkerShare> AtOnce = new("at_once", new ShareRule(1_000),
        "Workers of a pool that are replaced at a time, by a deploy or a restart, once the first of a new release has served well: a number, or per cent of the pool. Each needs memory for one more worker meanwhile.", "1", example: "25%");
    static readonly Key<TimeSpan> Watch = new("watch", new DurationRule(TimeSpan.Zero, TimeSpan.FromHours(1)),
        "How long the new release is watched once all workers are of it; errors or latency worse than before roll it back.", "10s", example: "10s");
    static readonly Key<long> Keep = new("keep", new NumberRule(1, 1_000),
        "Releases kept to roll back to; one in use is never removed.", "5", example: "5");

    internal static readonly Rule<DeployConfig> Rule = new SectionRule<DeployConfig>([BuildWithin, BuildMemory, ReleaseWithin, CheckTimes, AtOnce, Watch, Keep], deploy => new DeployConfig
    {
        BuildWithin = deploy.Get(BuildWithin),
        BuildMemoryBytes = deploy.Written(BuildMemory),
        ReleaseWithin = deploy.Get(ReleaseWithin),
        CheckTimes = (int)deploy.Get(CheckTimes),
        AtOnce = deploy.Get(AtOnce),
        Watch = deploy.Get(Watch),
        Keep = (int)deploy.Get(Keep),
    });

    static readonly Key<string> At = new("at", new TextRule("five fields as in crontab, such as 0 3 * * *", CheckFields, @"^\S+( +\S+){4}$"),
        "Minute, hour, day of the month, month and day of the week, as in crontab, in the host's time zone.", example: "0 3 * * *")
    { Required = true };
    static readonly Key<string> Command = new("command", ProcessKeys.CommandRule, "A shell command, run in the current release.", example: "bin/rails runner Nightly.run") { Required = true };
    static readonly Key<TimeSpan> Within = new("within", new DurationRule(TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
        "Its deadline; then it is killed with all its processes.", "1h", example: "1h");

    internal static readonly Rule<ScheduledConfig> ScheduledRule = new SectionRule<ScheduledConfig>([At, Command, Within],
        one => new ScheduledConfig(one.Name, one.Get(At), one.Get(Command), one.Get(Within)));

    static string? CheckFields(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 5 ? null : $"\"{text}\" does not have five fields";
}
