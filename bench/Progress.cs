using System.Diagnostics;
using System.Globalization;

namespace Understudy.Bench;

/// <summary>What happens, as it happens, with the seconds since the start.</summary>
sealed class Progress
{
    readonly Stopwatch _since = Stopwatch.StartNew();

    public void Say(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_since.Elapsed.TotalSeconds,4:0} s  {line}"));
}
