using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Pipeline;
using Dvt.Workers.Effects;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dvt.Workers.Bookings;

/// <summary>How steps of runs are carried out in this domain.</summary>
static class BookingSteps
{
    public static IServiceCollection AddBookingSteps(this IServiceCollection services, WorkersOptions options)
    {
        if (!options.Has("steps"))
            return services;
        services.AddSingleton<StepBookings>();
        services.AddInstant(s => new QuoteStep(s.GetRequiredService<NpgsqlDataSource>(), s.GetRequiredService<DatabaseClock>()));
        services.AddCommandStep(s => Holding(s.GetRequiredService<StepBookings>()));
        services.AddCommandStep(s => Known(BookingKinds.Confirm, s.GetRequiredService<StepBookings>(), Confirm));
        services.AddCommandStep(s => Known(BookingKinds.Cancel, s.GetRequiredService<StepBookings>(), Cancel) with { AsGoodAsDone = ["expired"] });
        return services;
    }

    static CommandKind Holding(StepBookings bookings) => new(
        BookingKinds.Hold, Domain.Bookings, static (call, _) => Task.FromResult(Hold(call)),
        (call, order, stop) => bookings.ResultAsync(call.TenantId, Guid.Parse(order.Resource.Id), stop));

    /// <summary>The booking's id is made of the step's key, so the hold is the same however often it is ordered.</summary>
    static StepOrder Hold(StepCall call)
    {
        var with = call.Step.Input;
        var unitId = with.GetProperty("unitId").GetGuid();
        var bookingId = BookingIds.Of(NamedId.Of("hold", call.IdempotencyKey), call.TenantId, unitId);
        var guest = with.TryGetProperty("guest", out var given) ? ContractsJson.Read<Guest>(given) : new Guest("Guest");
        return StepOrder.Of(
            new HoldBooking(
                bookingId, unitId, Day(with, "checkIn"), Day(with, "checkOut"), with.TryGetProperty("guests", out var guests) ? guests.GetInt32() : 1,
                guest with { Note = Text(with, "note") }, Text(with, "channel") ?? BookingChannels.Direct),
            unitId.ToString(), new Resource("booking", bookingId.ToString()));
    }

    /// <summary>A command about a booking that there is.</summary>
    static CommandKind Known(string kind, StepBookings bookings, Func<Guid, Guid, JsonElement, Resource, StepOrder> order) => new(
        kind, Domain.Bookings,
        async (call, stop) => await bookings.PlaceAsync(call.TenantId, Text(call.Step.Input, "code")!, stop) is { } place
            ? order(place.BookingId, place.UnitId, call.Step.Input, new Resource("booking", place.BookingId.ToString()))
            : StepOrder.Impossible("booking_not_found", "there is no such booking"),
        (call, order, stop) => bookings.ResultAsync(call.TenantId, Guid.Parse(order.Resource.Id), stop));

    static StepOrder Confirm(Guid bookingId, Guid unitId, JsonElement with, Resource resource) =>
        StepOrder.Of(new ConfirmBooking(bookingId, unitId), unitId.ToString(), resource);

    static StepOrder Cancel(Guid bookingId, Guid unitId, JsonElement with, Resource resource) =>
        StepOrder.Of(new CancelBooking(bookingId, unitId, Text(with, "reason")), unitId.ToString(), resource);

    public static DateOnly Day(JsonElement with, string name) => with.GetProperty(name).Deserialize<DateOnly>();

    static string? Text(JsonElement with, string name) => with.TryGetProperty(name, out var text) ? text.GetString() : null;
}
