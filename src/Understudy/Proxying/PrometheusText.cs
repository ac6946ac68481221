using System.Globalization;
using System.Text;

namespace Understudy.Proxying;

/// <summary>Writes the Prometheus text format (0.0.4). Open a family, then write its samples.</summary>
public sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    readonly StringBuilder page = new();
    string family = "";

    /// <param name="name">Ends in _total for a counter, else in its unit (_seconds, _bytes).</param>
    /// <param name="type">counter, gauge or histogram.</param>
    public PrometheusText Family(string name, string type, string help)
    {
        family = name;
        page.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", @"\\").Replace("\n", @"\n")).Append('\n');
        page.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        return this;
    }

    public PrometheusText Sample(double value, params ReadOnlySpan<(string Name, string Value)> labels) => Line("", value, labels, null);

    /// <param name="upTo">Upper bounds, ascending, without infinity.</param>
    /// <param name="counts">Observations in each bucket alone, the last being those above all bounds.</param>
    public PrometheusText Histogram(ReadOnlySpan<double> upTo, ReadOnlySpan<long> counts, double sum, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var total = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            Line("_bucket", total, labels, i < upTo.Length ? Number(upTo[i]) : "+Inf");
        }

        return Line("_sum", sum, labels, null).Line("_count", total, labels, null);
    }

    public override string ToString() => page.ToString();

    PrometheusText Line(string suffix, double value, ReadOnlySpan<(string Name, string Value)> labels, string? upTo)
    {
        page.Append(family).Append(suffix);
        var separator = '{';
        foreach (var (name, text) in labels) separator = Label(separator, name, text);
        if (upTo is not null) separator = Label(separator, "le", upTo);
        if (separator == ',') page.Append('}');
        page.Append(' ').Append(Number(value)).Append('\n');
        return this;
    }

    char Label(char separator, string name, string text)
    {
        page.Append(separator).Append(name).Append("=\"").Append(text.Replace("\\", @"\\").Replace("\"", "\\\"").Replace("\n", @"\n")).Append('"');
        return ',';
    }

    static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}
