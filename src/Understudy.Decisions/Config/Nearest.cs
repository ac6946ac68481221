namespace Understudy.Decisions.Config;

/// <summary>The known word that a mistyped one most likely meant.</summary>
public static class Nearest
{
    /// <summary>Null when no word is within a third of the typed word's length (at least 1 edit, at most 3).</summary>
    public static string? Word(string typed, IEnumerable<string> known)
    {
        var most = Math.Clamp(typed.Length / 3, 1, 3);
        string? best = null;
        foreach (var word in known)
        {
            var distance = Edits(typed.ToLowerInvariant(), word.ToLowerInvariant());
            if (distance > most)
                continue;
            most = distance - 1;
            best = word;
        }
        return best;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.</summary>
    public static int Edits(string from, string to)
    {
        if (Math.Abs(from.Length - to.Length) > 3)
            return int.MaxValue;
        var cost = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
            for (var j = 0; j <= to.Length; j++)
                cost[i, j] = i == 0 ? j : j == 0 ? i : Step(cost, from, to, i, j);
        return cost[from.Length, to.Length];
    }

    static int Step(int[,] cost, string from, string to, int i, int j)
    {
        var same = from[i - 1] == to[j - 1] ? 0 : 1;
        var best = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + same);
        var swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
        return swapped ? Math.Min(best, cost[i - 2, j - 2] + 1) : best;
    }
}
