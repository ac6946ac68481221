using Cronos;
using Understudy.Decisions.Config;

namespace Understudy.Releases;

/// <summary>The due times of a scheduled command. Daylight saving: a time that a change leaves out comes at its end, one that comes twice is taken once.</summary>
sealed class ScheduleTimes
{
    readonly CronExpression _expression;
    readonly TimeZoneInfo _zone;

    /// <param name="at">Five fields as in crontab, checked before.</param>
    public ScheduleTimes(string at, TimeZoneInfo zone) => (_expression, _zone) = (CronExpression.Parse(at), zone);

    /// <summary>Null when the five fields say a time; else what is wrong with them.</summary>
    public static string? Check(string at)
    {
        try
        {
            return CronExpression.Parse(at).GetNextOccurrence(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc) is null ? $"\"{at}\" is a time that never comes" : null;
        }
        catch (CronFormatException wrong)
        {
            return $"\"{at}\" is not a time as in crontab: {wrong.Message.TrimEnd('.')}";
        }
    }

    /// <summary>The first due time after this moment; null: none ever.</summary>
    public DateTimeOffset? After(DateTimeOffset moment) => _expression.GetNextOccurrence(moment, _zone);

    /// <summary>The newest due time after one moment and up to another; null where there is none. Steps through all of them: Cronos' own way back differs from its way forward where the clock is set.</summary>
    public DateTimeOffset? Newest(DateTimeOffset after, DateTimeOffset upTo)
    {
        DateTimeOffset? newest = null;
        for (var next = After(after); next <= upTo; next = After(next.Value))
            newest = next;
        return newest;
    }

    /// <summary>Complains about each `at:` that says no time, where it is written.</summary>
    public static void Check(IEnumerable<ScheduledConfig> scheduled, ConfigNode? yaml, ConfigErrors errors)
    {
        foreach (var one in scheduled)
            if (Check(one.At) is { } wrong)
                errors.Add(PlaceOf(yaml, one.Name), $"schedule.{one.Name}.at", wrong, "write minute, hour, day of the month, month and day of the week, such as 0 3 * * *");
    }

    static ConfigPlace PlaceOf(ConfigNode? yaml, string name) =>
        (((yaml as ConfigMap)?["schedule"] as ConfigMap)?[name] as ConfigMap)?["at"]?.Place ?? yaml?.Place ?? new ConfigPlace("understudy.yaml");
}
