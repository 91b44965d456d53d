using Dvt.Pipeline;
using Dvt.Tests.Support;
using Xunit;

namespace Dvt.Tests.Rules.Pipeline;

public sealed class RetryMetersTests
{
    [Fact]
    public void What_is_tried_again_counts_with_its_pause_and_what_is_not_as_given_up()
    {
        using var counted = new Counted();
        RetryMeters.Count(RetryMeters.Audio, TimeSpan.FromSeconds(2));
        RetryMeters.Count(RetryMeters.Audio, TimeSpan.FromSeconds(4));
        RetryMeters.Count(RetryMeters.Audio, pause: null);
        Assert.Equal(2, counted["retry_attempts_total{operation=audio}"]);
        Assert.Equal(1, counted["retry_exhausted_total{operation=audio}"]);
        Assert.Equal(6, counted["retry_delay_seconds{operation=audio}"]);
        Assert.Equal(2, counted.Times("retry_delay_seconds{operation=audio}"));
    }
}
