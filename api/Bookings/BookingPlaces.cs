using Dvt.Contracts;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>
/// Which unit a booking is of, since that is the key of every order about it. A code is known only once it is stored; an id may
/// be of a hold that still waits in its queue, which the id names.
/// </summary>
static class BookingPlaces
{
    /// <exception cref="ProblemException">404 when it surely is not there, 503 when nobody can tell.</exception>
    public static async Task<BookingPlace> PlaceAsync(this Call call, string idOrCode)
    {
        var (tenantId, backend) = (call.Caller.TenantId, call.Backend);
        var isId = Guid.TryParse(idOrCode, out var id);
        // This process sent the hold a moment ago: the order goes behind it, whatever becomes of it.
        if (isId && backend.Recent.Maker(tenantId, new Resource("booking", id.ToString())) is { } maker)
            return new(id, idOrCode, Guid.Parse(maker.Key));
        var found = isId
            ? await backend.Existence.FindInSlotAsync(
                tenantId, new Resource("booking", id.ToString()), BookingIds.SlotOf(id), () => backend.Bookings.PlaceAsync(tenantId, idOrCode, call.Stop), call.Stop)
            : await backend.Bookings.PlaceAsync(tenantId, idOrCode, call.Stop);
        return found ?? throw new ProblemException(Problems.BookingNotFound);
    }

    /// <summary>The booking as the views have it, waiting for them where it is there but not visible yet.</summary>
    /// <exception cref="ProblemException">404 when it surely is not there, 503 when nobody can tell.</exception>
    public static async Task<BookingShown> BookingAsync(this Call call, string idOrCode)
    {
        var (tenantId, backend) = (call.Caller.TenantId, call.Backend);
        if (await FindAsync() is { } visible)
            return call.Told(visible);
        var id = Guid.TryParse(idOrCode, out var given)
            ? given
            : (await backend.Bookings.PlaceAsync(tenantId, idOrCode, call.Stop) ?? throw new ProblemException(Problems.BookingNotFound)).BookingId;
        var found = await backend.Existence.FindInSlotAsync(tenantId, new Resource("booking", id.ToString()), BookingIds.SlotOf(id), FindAsync, call.Stop);
        return call.Told(found ?? throw new ProblemException(Problems.BookingNotFound));

        Task<Fresh<BookingShown>?> FindAsync() => backend.Bookings.FindAsync(tenantId, idOrCode, call.Stop);
    }

    /// <summary>Where nobody can tell whether the unit is there, the worker will.</summary>
    /// <exception cref="ProblemException">404 when it surely is not there.</exception>
    public static async Task RequireUnitAsync(this Call call, Guid unitId)
    {
        try
        {
            await call.UnitAsync(unitId);
        }
        catch (ProblemException unsure) when (unsure.Kind == Problems.ViewBehind)
        {
            // Not known to be absent.
        }
        catch (Exception fault) when (Away.Is(fault))
        {
            // Nobody to ask.
        }
    }

    /// <exception cref="ProblemException">404 when it surely is not there, 503 when nobody can tell.</exception>
    public static async Task<UnitShown> UnitAsync(this Call call, Guid unitId)
    {
        var (tenantId, backend) = (call.Caller.TenantId, call.Backend);
        var found = await backend.Existence.FindInSlotAsync(
            tenantId, new Resource("unit", unitId.ToString()), Slot.Of(Domain.Bookings, tenantId, unitId.ToString()),
            () => backend.Units.FindAsync(tenantId, unitId, call.Stop), call.Stop);
        return call.Told(found ?? throw new ProblemException(Problems.UnitNotFound));
    }
}
