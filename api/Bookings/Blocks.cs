using Dvt.Contracts;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Nights that the host has blocked, and those that calendars of other channels block.</summary>
static class Blocks
{
    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/units/{unitId}/blocks", Permission.ManageBookings, Create, "Block nights of a unit") with
        {
            Body = "NewBlock", Status = 201, Answer = "Block", Queues = true, Example = """{"from":"2026-12-24","to":"2026-12-26","reason":"family"}""",
            Problems = [Problems.UnitNotFound, Problems.InvalidDates, Problems.DateOverlap, Problems.IdempotencyKeyReused],
        },
        Get("/v1/units/{unitId}/blocks", Permission.ReadBookings, List, "Blocks of a unit, the earliest first") with
        {
            Answer = "BlockList", Lists = true, Reads = true, Problems = [Problems.UnitNotFound],
            Parameters =
            [
                new("from", "With a night on this day or later.", """{"type":"string","format":"date"}"""),
                new("to", "With a night before this day.", """{"type":"string","format":"date"}"""),
                new("conflict", "Only those that clash with a booking, or only the others.", """{"type":"boolean"}"""),
            ],
        },
        Delete("/v1/units/{unitId}/blocks/{blockId}", Permission.ManageBookings, Remove, "Free nights that were blocked by hand") with
        {
            Status = 204, Queues = true, Problems = [Problems.BlockNotFound, Problems.InvalidState],
        },
    ];

    static async Task Create(Call call)
    {
        var body = await call.BodyAsync();
        var (unitId, blockId) = (call.RouteId("unitId"), body.Ids.KeyId);
        await call.RequireUnitAsync(unitId);
        var command = new BlockDates(blockId, unitId, BookingJson.Date(body, "from"), BookingJson.Date(body, "to"), body.Text("reason"));
        var order = Submit.Of(call, command, unitId.ToString(), body.Ids, new Resource("block", blockId.ToString()), call.Wait());
        await call.AnswerAsync(order, $"/v1/units/{unitId}/blocks", async _ =>
        {
            var found = await call.Backend.Blocks.FindAsync(call.Caller.TenantId, blockId, call.Stop) ?? throw new ProblemException(Problems.BlockNotFound);
            await call.JsonAsync(Describe(found.Value), status: 201);
        });
    }

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var unit = await call.UnitAsync(call.RouteId("unitId"));
        var conflict = call.Query("conflict") is null ? (bool?)null : call.QueryFlag("conflict");
        var page = call.Told(await call.Backend.Blocks.ListAsync(
            call.Caller.TenantId, unit.UnitId, call.QueryDate("from"), call.QueryDate("to"), conflict, call.Limit(), call.Query("cursor"), call.Stop));
        await call.PageAsync(page.Items.Select(Describe), page.NextCursor);
    }

    static async Task Remove(Call call)
    {
        var (unitId, blockId) = (call.RouteId("unitId"), call.RouteId("blockId"));
        var order = Submit.Of(
            call, new RemoveBlock(blockId, unitId), unitId.ToString(), RequestIds.Fresh(), new Resource("block", blockId.ToString()),
            call.Wait() ?? TimeSpan.FromSeconds(10));
        await call.AnswerAsync(order, self: null, _ => call.NoContentAsync());
    }

    public static object Describe(BlockShown block) => new
    {
        block.BlockId,
        block.UnitId,
        block.Source,
        block.FeedId,
        block.Uid,
        block.Channel,
        from = block.Stay.CheckIn,
        to = block.Stay.CheckOut,
        reason = block.Text,
        conflict = !block.Claims,
        block.CreatedAt,
        block.ChangedAt,
    };
}
