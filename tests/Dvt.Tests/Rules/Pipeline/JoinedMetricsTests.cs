using Dvt.Pipeline.Watching;
using Xunit;

namespace Dvt.Tests.Rules.Pipeline;

public sealed class JoinedMetricsTests
{
    [Fact]
    public void A_name_has_one_type_and_each_process_its_own_series() => Assert.Equal(
        """
        # TYPE dvt_a_total counter
        dvt_a_total{role="workers",instance="1"} 3
        dvt_a_total{role="workers",instance="2"} 4
        # TYPE dvt_b histogram
        dvt_b_bucket{role="api",instance="0",kind="x, y",le="+Inf"} 1
        dvt_b_sum{role="api",instance="0",kind="x, y"} 0.5

        """,
        new JoinedMetrics()
            .Add("api", "0", "# TYPE dvt_b histogram\ndvt_b_bucket{kind=\"x, y\",le=\"+Inf\"} 1\ndvt_b_sum{kind=\"x, y\"} 0.5\n")
            .Add("workers", "1", "# TYPE dvt_a_total counter\ndvt_a_total 3\n")
            .Add("workers", "2", "# TYPE dvt_a_total counter\ndvt_a_total 4\n")
            .ToString());

    [Fact]
    public void A_label_by_our_name_steps_aside() => Assert.Equal(
        "# TYPE a gauge\na{role=\"api\",instance=\"0\",exported_role=\"x\",kind=\",role=\\\"y\",exported_instance=\"z\"} 1\n",
        new JoinedMetrics().Add("api", "0", "# TYPE a gauge\na{role=\"x\",kind=\",role=\\\"y\",instance=\"z\"} 1\n").ToString());

    [Fact]
    public void What_another_version_tells_with_another_type_is_left_out() => Assert.Equal(
        "# TYPE a gauge\na{role=\"api\",instance=\"0\"} 1\n",
        new JoinedMetrics().Add("api", "0", "# TYPE a gauge\na 1\n").Add("api", "1", "# TYPE a counter\na 2\n").ToString());

    [Theory]
    [InlineData("http://127.0.0.1:5081", "http://127.0.0.1:5081")]
    [InlineData("http://[::]:5081", "http://127.0.0.1:5081")]
    [InlineData("http://*:5081", "http://127.0.0.1:5081")]
    [InlineData("http://localhost:5081", "http://127.0.0.1:5081")]
    [InlineData("http://[::1]:5081", "http://[::1]:5081")]
    [InlineData("https://127.0.0.1:5081", null)]
    [InlineData("http://10.0.0.7:5081", null)]
    public void Only_what_is_on_loopback_is_told(string listening, string? address) => Assert.Equal(address, MetricsAddress.Of([listening]));

    [Theory]
    [InlineData("http://127.0.0.1:5081", true)]
    [InlineData("http://[::1]:5081", true)]
    [InlineData("http://169.254.169.254", false)]
    [InlineData("http://localhost.example:80", false)]
    [InlineData("http://127.0.0.1@example.org", false)]
    [InlineData("http://127.0.0.1:5081/secrets?x=", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("not an address", false)]
    public void Only_what_is_on_loopback_is_asked(string address, bool isAllowed) => Assert.Equal(isAllowed, MetricsAddress.IsAllowed(address));
}
