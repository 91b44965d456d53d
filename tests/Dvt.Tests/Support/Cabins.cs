using System.Net;
using System.Text.Json;
using Dvt.Contracts;
using Xunit;

namespace Dvt.Tests.Support;

/// <summary>Units and bookings over HTTP.</summary>
static class Cabins
{
    public const string Cabin =
        """
        {"name":"Cabin","type":"cabin","capacity":4,"basePrice":{"amount":"12000.00","currency":"ARS"},"timeZone":"America/Argentina/Buenos_Aires",
         "weekendMultiplier":1.5,"weekendNights":["sat","sun"]}
        """;

    public static async Task<Guid> UnitAsync(ApiClient client, string body = Cabin) =>
        (await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/units", body, wait: 30)).GetProperty("unitId").GetGuid();

    /// <param name="days">From today on; far enough that no clock of the earth makes it the past.</param>
    public static (string CheckIn, string CheckOut) Nights(int days, int nights)
    {
        var day = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(days);
        return ($"{day:yyyy-MM-dd}", $"{day.AddDays(nights):yyyy-MM-dd}");
    }

    public static string Stay(Guid unitId, int days, int nights, int guests = 2, string name = "Ana Pérez", string? phone = null)
    {
        var (checkIn, checkOut) = Nights(days, nights);
        return JsonSerializer.Serialize(new { unitId, checkIn, checkOut, guests, guest = new { name, phone, email = "ana@guest.example" } }, ContractsJson.Options);
    }

    public static Task<JsonElement> HoldAsync(ApiClient client, Guid unitId, int days, int nights) =>
        client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/bookings", Stay(unitId, days, nights), wait: 30);

    public static async Task RefusedAsync(ApiClient client, HttpStatusCode status, string code, string path, string? body = null) =>
        Assert.Equal(code, (await client.ExpectAsync(status, HttpMethod.Post, path, body, wait: 30)).GetProperty("code").GetString());

    public static Task<JsonElement> DoAsync(ApiClient client, string code, string what, string? body = null) =>
        client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/bookings/{code}/{what}", body, wait: 30);

    public static string Text(this JsonElement json, params string[] path) => path.Aggregate(json, (at, name) => at.GetProperty(name)).ToString();

    /// <summary>Makes a stay be on other days without telling anybody; a test moves it back, since its history knows nothing of it.</summary>
    public static Task MoveAsync(DvtSystem system, Guid bookingId, int days) => system.ExecuteAsync(
        """
        with moved as (
          update bookings.booking
          set state = jsonb_set(state::jsonb, '{stay}', (state::jsonb -> 'stay') || jsonb_build_object(
            'checkIn', (state -> 'stay' ->> 'checkIn')::date + $2, 'checkOut', (state -> 'stay' ->> 'checkOut')::date + $2))::json
          where booking_id = $1
          returning tenant_id, booking_id
        )
        update bookings.claim c
        set stay = daterange(lower(c.stay) + $2, upper(c.stay) + $2)
        from moved m
        where c.tenant_id = m.tenant_id
          and c.claim_id = m.booking_id
        """, bookingId, days);

    /// <summary>Makes a hold be over this very moment, or soon, without telling anybody.</summary>
    public static Task LetEndAsync(DvtSystem system, Guid bookingId, TimeSpan after = default) => system.ExecuteAsync(
        """
        with ended as (
          update bookings.booking b
          set expires_at = m.moment, state = jsonb_set(b.state::jsonb, '{expiresAt}', to_jsonb(m.moment))::json
          from (select clock_timestamp() + $2::interval as moment) m
          where b.booking_id = $1
          returning b.tenant_id, m.moment
        )
        update pipeline.timers t
        set due = e.moment, fire_at = e.moment
        from ended e
        where $2::interval > interval '0'
          and t.tenant_id = e.tenant_id
          and t.key = 'hold:' || $1::text
        """, bookingId, after);
}
