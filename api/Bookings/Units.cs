using Dvt.Contracts;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Units: what is let, and at which prices.</summary>
static class Units
{
    const string Example =
        """
        {"name":"Cabaña El Ñandú","type":"cabin","capacity":4,"basePrice":{"amount":"12000.00","currency":"ARS"},"timeZone":"America/Argentina/Buenos_Aires",
         "weekendMultiplier":1.5,"weekendNights":["sat","sun"],"minNights":1,"cleaningFee":{"amount":"3000.00","currency":"ARS"},
         "seasons":[{"name":"Verano","from":"2026-12-15","to":"2027-02-28","multiplier":1.4,"minNights":3}],
         "lengthDiscounts":[{"minNights":7,"percent":10}],"cancellationPolicy":[{"daysBefore":7,"refundPercent":100},{"daysBefore":2,"refundPercent":50}]}
        """;

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/units", Permission.ManageUnits, Create, "Add a unit") with
        {
            Body = "NewUnit", Status = 201, Answer = "Unit", Queues = true, Example = Example,
        },
        Get("/v1/units", Permission.ReadUnits, List, "List units by name") with
        {
            Answer = "UnitList", Lists = true, Reads = true, Parameters = [new("active", "Only those that take bookings, or only the others.", """{"type":"boolean"}""")],
        },
        Get("/v1/units/{unitId}", Permission.ReadUnits, Find, "A unit") with { Answer = "Unit", Reads = true, Problems = [Problems.UnitNotFound] },
        Put("/v1/units/{unitId}", Permission.ManageUnits, Change, "Put another definition in the place of a unit's; bookings keep their price") with
        {
            Body = "NewUnit", Answer = "Unit", Queues = true, Matches = true, Example = Example, Problems = [Problems.UnitNotFound, Problems.RevisionMismatch],
        },
        .. Availability.Routes,
        .. Blocks.Routes,
    ];

    static async Task Create(Call call)
    {
        var body = await call.BodyAsync();
        var unitId = body.Ids.KeyId;
        await SendAsync(call, new CreateUnit(unitId, UnitBodies.Read(body.Json, await ZoneAsync(call))), unitId, body.Ids, status: 201);
    }

    static async Task Change(Call call)
    {
        var body = await call.BodyAsync();
        var unitId = call.RouteId("unitId");
        await call.RequireUnitAsync(unitId);
        await SendAsync(call, new ChangeUnit(unitId, UnitBodies.Read(body.Json, await ZoneAsync(call)), call.IfMatch()), unitId, RequestIds.Fresh(), status: 200);
    }

    /// <summary>Of units that do not say.</summary>
    static async Task<string> ZoneAsync(Call call) =>
        (await call.Backend.Identity.TenantAsync(call.Caller.TenantId, call.Stop))?.TimeZone ?? "UTC";

    static async Task SendAsync<TCommand>(Call call, TCommand command, Guid unitId, RequestIds ids, int status) where TCommand : ICommand
    {
        var self = $"/v1/units/{unitId}";
        var order = Submit.Of(call, command, unitId.ToString(), ids, new Resource("unit", unitId.ToString()), call.Wait());
        await call.AnswerAsync(order, self, async _ =>
        {
            var unit = await call.UnitAsync(unitId);
            call.Http.Response.Headers.Location = self;
            call.Tag(unit.Revision);
            await call.JsonAsync(UnitBodies.Describe(unit), status);
        });
    }

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var active = call.Query("active") is null ? (bool?)null : call.QueryFlag("active");
        var page = call.Told(await call.Backend.Units.ListAsync(call.Caller.TenantId, active, call.Limit(), call.Query("cursor"), call.Stop));
        await call.PageAsync(page.Items.Select(UnitBodies.Describe), page.NextCursor);
    }

    static async Task Find(Call call)
    {
        await call.MinPositionAsync();
        var unit = await call.UnitAsync(call.RouteId("unitId"));
        call.Tag(unit.Revision);
        await call.JsonAsync(UnitBodies.Describe(unit));
    }
}
