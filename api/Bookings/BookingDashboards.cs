using System.Globalization;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>What a host looks at: the calendar, how full the units are, and what became of holds.</summary>
static class BookingDashboards
{
    /// <summary>Longest calendar: a day more than a year.</summary>
    const int MostDays = 367;

    const string Day = """{"type":"string","format":"date"}""";
    const string Unit = """{"type":"string","format":"uuid"}""";

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/dashboards/calendar", Permission.ReadBookings, Calendar, "Days of units: free, held, confirmed or blocked, and by whom") with
        {
            Answer = "UnitCalendarList", Lists = true, Reads = true,
            Description = "Units by name. A day stands for the night that begins on it. `conflict` says that a feed wants a night which a booking has.",
            Parameters =
            [
                new("from", "First day.", Day, Required: true), new("to", "The day after the last; a year and a day later at the most.", Day, Required: true),
                new("unitId", "Only this unit.", Unit),
            ],
            AnswerExample =
                """
                {"items":[{"unitId":"0197a3c0-0000-7000-8000-000000000001","name":"Cabin 7","active":true,
                 "entries":[{"type":"booking","id":"0197a3c0-0000-7000-8000-000000000002","code":"RES2601050A1B2C","status":"confirmed","from":"2026-12-04","to":"2026-12-05","channel":"direct","guest":"Ana","guests":2,"paymentStatus":"paid"}],
                 "days":[{"date":"2026-12-04","state":"confirmed","by":"0197a3c0-0000-7000-8000-000000000002","conflict":false}]}],"nextCursor":null}
                """,
        },
        Get("/v1/dashboards/occupancy", Permission.ReadBookings, Occupancy, "How full units are in a month, and what that brings in") with
        {
            Answer = "Occupancy", Reads = true,
            Description = "Nights of bookings that are confirmed, checked in or completed, of all nights, in percent with one decimal. Revenue is that of the month's nights: the price of each less its share of the discount, with the first the cleaning.",
            Parameters = [new("month", "Such as `2026-12`.", """{"type":"string","pattern":"^[0-9]{4}-[0-9]{2}$"}""", Required: true), new("unitId", "Only this unit.", Unit)],
            AnswerExample =
                """
                {"month":"2026-12","days":31,"total":{"nights":31,"confirmedNights":17,"heldNights":1,"blockedNights":2,"occupancyRate":54.8,"arrivals":6,"revenue":[{"amount":"204000.00","currency":"DOP"}]},
                 "units":[],"channels":[{"channel":"direct","confirmedNights":17,"heldNights":1,"arrivals":6,"revenue":[{"amount":"204000.00","currency":"DOP"}]}]}
                """,
        },
        Get("/v1/dashboards/conversions", Permission.ReadBookings, Conversions, "What became of holds, by the day of their making and by channel") with
        {
            Answer = "Conversions", Reads = true,
            Description = "Days are those of UTC. `conversionRate` is confirmed of held, in percent with one decimal; `open` holds have not been decided yet.",
            Parameters =
            [
                new("from", "First day.", Day, Required: true), new("to", "The day after the last; a year and a day later at the most.", Day, Required: true),
                new("unitId", "Only this unit.", Unit),
            ],
            AnswerExample =
                """
                {"from":"2026-12-01","to":"2026-12-02","total":{"held":10,"confirmed":6,"expired":2,"cancelledHolds":1,"cancelledLater":1,"noShows":0,"open":1,"conversionRate":60.0},
                 "channels":[],"days":[]}
                """,
        },
    ];

    static async Task Calendar(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var (from, to) = Span(call);
        var page = call.Told(await call.Backend.Calendars.ListAsync(
            call.Caller.TenantId, call.Query<Guid>("unitId"), from, to, call.Caller.May(Permission.ReadGuests), call.Limit(), call.Query("cursor"), call.Stop));
        await call.PageAsync(
            page.Items.Select(u => new { u.UnitId, u.Name, u.Active, u.Entries, days = CalendarDays.Of(u.Entries, from, to) }), page.NextCursor);
    }

    static (DateOnly From, DateOnly To) Span(Call call)
    {
        var (from, to) = (Date(call, "from"), Date(call, "to"));
        return from < to && to.DayNumber - from.DayNumber <= MostDays
            ? (from, to)
            : throw Call.InvalidParameter("to", $"must lie behind from, by {MostDays} days at the most");
    }

    static DateOnly Date(Call call, string name) =>
        DateOnly.TryParseExact(call.Query(name) ?? throw Call.InvalidParameter(name, "is needed"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : throw Call.InvalidParameter(name, "is no date such as 2026-12-31");

    static async Task Occupancy(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var month = call.Query("month") ?? throw Call.InvalidParameter("month", "is needed");
        if (!DateOnly.TryParseExact($"{month}-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first) || first.Year == 9999)
            throw Call.InvalidParameter("month", "is no month such as 2026-12");
        var read = call.Told(await call.Backend.Occupancy.MonthAsync(call.Caller.TenantId, call.Query<Guid>("unitId"), first, first.AddMonths(1), call.Stop));
        await call.JsonAsync(OccupancyFigures.Of(month, first.AddMonths(1).DayNumber - first.DayNumber, read));
    }

    static async Task Conversions(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var (from, to) = Span(call);
        var rows = call.Told(await call.Backend.Occupancy.ConversionsAsync(call.Caller.TenantId, call.Query<Guid>("unitId"), from, to, call.Stop));
        await call.JsonAsync(new
        {
            from,
            to,
            total = Sum(channel: null, date: null, rows),
            channels = rows.GroupBy(r => r.Channel).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Sum(g.Key, date: null, g)),
            days = rows.GroupBy(r => r.Day).Select(g => Sum(channel: null, g.Key, g)),
        });
    }

    static object Sum(string? channel, DateOnly? date, IEnumerable<HoldOutcomes> rows)
    {
        var all = rows.Aggregate(new HoldOutcomes(default, "", 0, 0, 0, 0, 0, 0, 0), (a, b) => a with
        {
            Held = a.Held + b.Held,
            Confirmed = a.Confirmed + b.Confirmed,
            Expired = a.Expired + b.Expired,
            CancelledHolds = a.CancelledHolds + b.CancelledHolds,
            CancelledLater = a.CancelledLater + b.CancelledLater,
            NoShows = a.NoShows + b.NoShows,
            Open = a.Open + b.Open,
        });
        return new
        {
            channel,
            date,
            all.Held,
            all.Confirmed,
            all.Expired,
            all.CancelledHolds,
            all.CancelledLater,
            all.NoShows,
            all.Open,
            conversionRate = OccupancyFigures.Percent(all.Confirmed, all.Held),
        };
    }
}
