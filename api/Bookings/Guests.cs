using Dvt.Contracts;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>The people who stay.</summary>
static class Guests
{
    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Delete("/v1/guests/{guestId}/personal-data", Permission.EraseGuests, Erase, "Forget a guest: history keeps its facts, not the person") with
        {
            Status = 204, Queues = true, Problems = [Problems.GuestNotFound],
            Description = "Names, phone numbers, emails, documents and notes of all bookings of the person. Done twice it is done once.",
        },
    ];

    /// <summary>Always waits: whoever asks for it wants to know that it is done.</summary>
    static async Task Erase(Call call)
    {
        var guestId = call.RouteId("guestId");
        var order = Submit.Of(
            call, new EraseGuest(guestId), guestId.ToString(), RequestIds.Fresh(), new Resource("guest", guestId.ToString()), call.Wait() ?? TimeSpan.FromSeconds(10));
        await call.AnswerAsync(order, self: null, _ => call.NoContentAsync());
    }
}
