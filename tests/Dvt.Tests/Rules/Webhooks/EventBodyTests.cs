using Dvt.Workers.Webhooks;
using Xunit;

namespace Dvt.Tests.Rules.Webhooks;

public sealed class EventBodyTests
{
    [Fact]
    public void What_is_encrypted_for_a_person_leaves_the_house_in_no_form()
    {
        var told = EventBody.Of(new ToldEvent(
            16, 1, Guid.NewGuid(), "booking-0197a3c4-0000-7000-8000-000000000001", 1, "BookingHeld", """{"code":"RES261120ABCDEF","guest":{"encrypted":"c2VjcmV0"},"guests":2}""",
            Guid.NewGuid(), CorrelationId: null, "user:u", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, PlanId: null, PlanVersion: null))!;
        Assert.Equal("booking.held", told.Name);
        Assert.Contains("RES261120ABCDEF", told.Body);
        Assert.Contains("\"guests\":2", told.Body);
        Assert.DoesNotContain("c2VjcmV0", told.Body);
        Assert.DoesNotContain("encrypted", told.Body);
    }
}
