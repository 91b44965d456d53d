using Dvt.Tests.Support;
using Dvt.Workers.Webhooks;
using Xunit;

namespace Dvt.Tests.Rules.Webhooks;

public sealed class WebhookMetersTests
{
    static PostOutcome Answered(int code) => new(DateTimeOffset.UnixEpoch, code, TimeSpan.FromSeconds(1), code == 204 ? null : "status");

    [Fact]
    public void A_delivery_counts_each_attempt_that_follows_and_once_that_none_follows()
    {
        using var counted = new Counted();
        WebhookMeters.Count(Answered(503), attempt: 1, TimeSpan.FromSeconds(5));
        WebhookMeters.Count(Answered(503), attempt: 2, TimeSpan.FromSeconds(300));
        WebhookMeters.Count(Answered(503), attempt: 3, pause: null);
        WebhookMeters.Count(Answered(204), attempt: 4, pause: null);
        // Gone at the first attempt: nothing was tried in vain.
        WebhookMeters.Count(Answered(410), attempt: 1, pause: null);
        Assert.Equal(2, counted["retry_attempts_total{operation=webhook}"]);
        Assert.Equal(305, counted["retry_delay_seconds{operation=webhook}"]);
        Assert.Equal(1, counted["retry_exhausted_total{operation=webhook}"]);
        Assert.Equal(
            (1, 2, 2), (counted["dvt_webhook_attempts_total{outcome=delivered}"], counted["dvt_webhook_attempts_total{outcome=retried}"],
                counted["dvt_webhook_attempts_total{outcome=exhausted}"]));
    }
}
