using System.Net;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

/// <summary>What hosts look at and take away.</summary>
public sealed class BookingReportJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    static async Task<JsonElement> ConfirmedAsync(ApiClient client, Guid unit, int days, int nights, string name = "Ana Pérez", string? phone = null)
    {
        var held = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/bookings", Cabins.Stay(unit, days, nights, name: name, phone: phone), wait: 30);
        return await Cabins.DoAsync(client, held.Text("code"), "confirmation");
    }

    [ServersFact]
    public Task The_calendar_shows_who_has_which_day() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var confirmed = await ConfirmedAsync(client, unit, days: 10, nights: 2);
        await Cabins.HoldAsync(client, unit, days: 12, nights: 1);
        await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, $"/v1/units/{unit}/blocks",
            JsonSerializer.Serialize(new { from = Cabins.Nights(14, 1).CheckIn, to = Cabins.Nights(15, 1).CheckIn, reason = "paint" }), wait: 30);
        var (from, to) = Cabins.Nights(9, 7);
        var path = $"/v1/dashboards/calendar?from={from}&to={to}&unitId={unit}";
        var calendar = (await client.GetAsync(path)).GetProperty("items")[0];
        Assert.Equal(["free", "confirmed", "confirmed", "held", "free", "blocked", "free"], calendar.GetProperty("days").EnumerateArray().Select(d => d.Text("state")));
        Assert.Equal(confirmed.Text("bookingId"), calendar.GetProperty("days")[1].Text("by"));
        Assert.Equal((confirmed.Text("code"), "Ana Pérez"), (calendar.GetProperty("entries")[0].Text("code"), calendar.GetProperty("entries")[0].Text("guest")));
        using var viewer = await client.WithRoleAsync(Roles.Viewer);
        Assert.False((await viewer.GetAsync(path)).GetProperty("items")[0].GetProperty("entries")[0].TryGetProperty("guest", out _));
        Assert.Equal("invalid_parameter", (await client.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/v1/dashboards/calendar?from={to}&to={from}")).Text("code"));
        Assert.Equal("invalid_parameter", (await client.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/v1/dashboards/occupancy?month=2026-13")).Text("code"));
    });

    [ServersFact]
    public Task Occupancy_and_conversions_add_up() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        // The whole stay in one month: the one that lies two months ahead.
        var first = new DateOnly(DateTime.UtcNow.Year, DateTime.UtcNow.Month, 1).AddMonths(2);
        var days = first.AddDays(3).DayNumber - DateOnly.FromDateTime(DateTime.UtcNow).DayNumber;
        var confirmed = await ConfirmedAsync(client, unit, days, nights: 4);
        await Cabins.HoldAsync(client, unit, days + 10, nights: 2);
        await Cabins.DoAsync(client, (await Cabins.HoldAsync(client, unit, days + 15, nights: 1)).Text("code"), "cancellation");
        var month = await client.GetAsync($"/v1/dashboards/occupancy?month={first:yyyy-MM}");
        var total = month.GetProperty("total");
        var nights = first.AddMonths(1).DayNumber - first.DayNumber;
        Assert.Equal((nights, 4, 2, 1), (total.GetProperty("nights").GetInt32(), total.GetProperty("confirmedNights").GetInt32(), total.GetProperty("heldNights").GetInt32(), total.GetProperty("arrivals").GetInt32()));
        Assert.Equal(decimal.Round(400m / nights, 1), total.GetProperty("occupancyRate").GetDecimal());
        Assert.Equal(confirmed.Text("total", "amount"), total.GetProperty("revenue")[0].Text("amount"));
        Assert.Equal(("Cabin", 4), (month.GetProperty("units")[0].Text("name"), month.GetProperty("units")[0].GetProperty("confirmedNights").GetInt32()));
        Assert.Equal("direct", Assert.Single(month.GetProperty("channels").EnumerateArray()).Text("channel"));
        var (from, to) = (DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-1), DateOnly.FromDateTime(DateTime.UtcNow).AddDays(2));
        var outcomes = (await client.GetAsync($"/v1/dashboards/conversions?from={from:yyyy-MM-dd}&to={to:yyyy-MM-dd}")).GetProperty("total");
        Assert.Equal((3, 1, 1, 1, 33.3m), (outcomes.GetProperty("held").GetInt32(), outcomes.GetProperty("confirmed").GetInt32(), outcomes.GetProperty("open").GetInt32(),
            outcomes.GetProperty("cancelledHolds").GetInt32(), outcomes.GetProperty("conversionRate").GetDecimal()));
    });

    [ServersFact]
    public Task The_export_has_all_rows_of_its_filters_and_no_formula() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var evil = await ConfirmedAsync(client, unit, days: 10, nights: 2, "=HYPERLINK(\"http://evil.example\",\"x\")", "+1 809 555 0101");
        var plain = await Cabins.HoldAsync(client, unit, days: 20, nights: 2);
        var (text, type) = await client.TextAsync("/v1/bookings/export.csv?lang=en");
        var lines = text.TrimEnd().Split("\r\n");
        Assert.Equal("text/csv", type);
        Assert.StartsWith("code,unit_id,guest_name,guest_email,guest_phone,check_in,check_out,status,total_price,created_at,", lines[0], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith($"{evil.Text("code")},{unit},\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\",ana@guest.example,'+1 809 555 0101,", lines[1], StringComparison.Ordinal);
        Assert.Contains($",confirmed,{evil.Text("total", "amount")},", lines[1], StringComparison.Ordinal);
        var held = (await client.TextAsync("/v1/bookings/export.csv?lang=es&status=held")).Text.TrimEnd().Split("\r\n");
        Assert.StartsWith("código,id_alojamiento,huésped,", held[0], StringComparison.Ordinal);
        Assert.StartsWith(plain.Text("code"), Assert.Single(held[1..]), StringComparison.Ordinal);
        using var viewer = await client.WithRoleAsync(Roles.Viewer);
        Assert.DoesNotContain("evil", (await viewer.TextAsync("/v1/bookings/export.csv")).Text, StringComparison.Ordinal);
        Assert.Equal("invalid_parameter", (await client.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/v1/bookings/export.csv?status=asleep")).Text("code"));
    });
}
