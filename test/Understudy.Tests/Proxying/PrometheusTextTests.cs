using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

public class PrometheusTextTests
{
    [Fact]
    public void Samples_carry_their_family_labels_and_value() =>
        Assert.Equal("# HELP a_total Help.\n# TYPE a_total counter\na_total{app=\"shop\",status=\"200\"} 3\na_total 0.5\n",
            new PrometheusText().Family("a_total", "counter", "Help.").Sample(3, ("app", "shop"), ("status", "200")).Sample(0.5).ToString());

    [Fact]
    public void Hostile_label_values_stay_inside_their_quotes() =>
        Assert.Contains(@"{app=""a\""} 1\n\\""}", new PrometheusText().Family("a", "gauge", "h").Sample(1, ("app", "a\"} 1\n\\")).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Histogram_buckets_add_up() =>
        Assert.EndsWith("h_bucket{x=\"y\",le=\"0.1\"} 2\nh_bucket{x=\"y\",le=\"1\"} 2\nh_bucket{x=\"y\",le=\"+Inf\"} 7\nh_sum{x=\"y\"} 9.25\nh_count{x=\"y\"} 7\n",
            new PrometheusText().Family("h", "histogram", "h").Histogram([0.1, 1], [2, 0, 5], 9.25, ("x", "y")).ToString(), StringComparison.Ordinal);
}
