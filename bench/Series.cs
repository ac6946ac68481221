namespace Understudy.Bench;

/// <summary>One figure of one proxy, over the rounds.</summary>
sealed class Series
{
    readonly List<double> _values = [];

    public int Count => _values.Count;
    public double Min => _values.Min();
    public double Max => _values.Max();
    public double Sum => _values.Sum();

    public double Median
    {
        get
        {
            var sorted = _values.Order().ToArray();
            var middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    public void Add(double value) => _values.Add(value);
}
