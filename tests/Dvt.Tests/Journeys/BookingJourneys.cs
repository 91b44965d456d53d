using System.Net;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class BookingJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    [ServersFact]
    public Task A_cabin_is_held_confirmed_lived_in_and_left() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var held = await Cabins.HoldAsync(client, unit, days: 10, nights: 3);
        var code = held.Text("code");
        Assert.Matches("^RES[0-9]{6}[0-9A-F]{6}$", code);
        Assert.Equal(("held", "pending", "Ana Pérez", "Cabin"), (held.Text("status"), held.Text("paymentStatus"), held.Text("guest", "name"), held.Text("unitName")));
        Assert.Equal(held.Text("total", "amount"), held.Text("price", "total", "amount"));
        Assert.Equal("confirmed", (await Cabins.DoAsync(client, code, "confirmation")).Text("status"));
        Assert.Equal("confirmed", (await Cabins.DoAsync(client, code, "confirmation")).Text("status"));
        await Cabins.RefusedAsync(client, HttpStatusCode.Conflict, "invalid_state", $"/v1/bookings/{code}/completion");
        Assert.Equal("checked_in", (await Cabins.DoAsync(client, held.Text("bookingId"), "check-in")).Text("status"));
        var left = await Cabins.DoAsync(client, code, "completion");
        Assert.Equal(("completed", 4), (left.Text("status"), left.GetProperty("revision").GetInt32()));
        var listed = (await client.GetAsync($"/v1/bookings?q={code}&status=completed")).GetProperty("items")[0];
        Assert.Equal((held.Text("bookingId"), left.Text("total", "amount")), (listed.Text("bookingId"), listed.Text("total", "amount")));
    });

    [ServersFact]
    public Task A_taken_night_is_refused_with_the_nearest_free_ones() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        await Cabins.HoldAsync(client, unit, days: 20, nights: 3);
        var refused = await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, "/v1/bookings", Cabins.Stay(unit, 21, 2), wait: 30);
        Assert.Equal("date_overlap", refused.Text("code"));
        var alternatives = refused.GetProperty("alternatives").EnumerateArray().Select(a => (a.Text("checkIn"), a.Text("checkOut"))).ToList();
        Assert.Equal([Cabins.Nights(18, 2), Cabins.Nights(23, 2)], alternatives);
        foreach (var (checkIn, checkOut) in alternatives)
            Assert.True((await client.GetAsync($"/v1/quotes?unitId={unit}&checkIn={checkIn}&checkOut={checkOut}&guests=2")).GetProperty("available").GetBoolean());
        var (from, to) = Cabins.Nights(19, 6);
        var nights = (await client.GetAsync($"/v1/units/{unit}/availability?from={from}&to={to}")).GetProperty("nights").EnumerateArray();
        Assert.Equal([true, false, false, false, true, true], nights.Select(n => n.GetProperty("available").GetBoolean()));
        // Told again, also by its command alone.
        var (status, _, _) = await client.SendAsync(HttpMethod.Post, "/v1/bookings", Cabins.Stay(unit, 21, 2), key: "again", wait: 30);
        Assert.Equal(HttpStatusCode.Conflict, status);
        var again = await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, "/v1/bookings", Cabins.Stay(unit, 21, 2), key: "again", wait: 30);
        Assert.Equal(2, again.GetProperty("alternatives").GetArrayLength());
    });

    [ServersFact]
    public Task What_was_accepted_a_moment_ago_is_never_404() => AsTenantAsync(async client =>
    {
        var unit = (await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/units", Cabins.Cabin)).GetProperty("resource").GetProperty("id").GetGuid();
        var held = await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/bookings", Cabins.Stay(unit, 5, 2));
        client.Note(held);
        var id = held.GetProperty("resource").Text("id");
        Assert.Equal("confirmed", (await Cabins.DoAsync(client, id, "confirmation")).Text("status"));
        Assert.Equal("confirmed", (await client.GetAsync($"/v1/bookings/{id}")).Text("status"));
        Assert.Equal("booking_not_found", (await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/v1/bookings/{Guid.NewGuid()}")).Text("code"));
        Assert.Equal("booking_not_found", (await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/v1/bookings/RES000101000000")).Text("code"));
        await Cabins.RefusedAsync(client, HttpStatusCode.NotFound, "booking_not_found", $"/v1/bookings/{Guid.NewGuid()}/confirmation");
        await Cabins.RefusedAsync(client, HttpStatusCode.NotFound, "unit_not_found", "/v1/bookings", Cabins.Stay(Guid.NewGuid(), 5, 2));
    });

    [ServersFact]
    public Task A_repeated_hold_is_one_booking_and_another_body_with_its_key_is_refused() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var body = Cabins.Stay(unit, 5, 2);
        var before = await Scrape.OfAsync(System);
        var first = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/bookings", body, key: "k1", wait: 30);
        var second = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/bookings", body, key: "k1", wait: 30);
        Assert.Equal(first.Text("code"), second.Text("code"));
        Assert.Equal("idempotency_key_reused", (await client.ExpectAsync(
            HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/bookings", Cabins.Stay(unit, 50, 2), key: "k1", wait: 30)).Text("code"));
        Assert.Single((await client.GetAsync($"/v1/bookings?unit={unit}")).GetProperty("items").EnumerateArray());
        var after = await Scrape.OfAsync(System);
        foreach (var name in (string[])["cache_misses_total", "cache_hits_total", "errors_total", "keys_created_total"])
            Assert.True(after.Since(before, $"idempotency_{name}") == 1, name);
        Assert.Equal(3, after.Since(before, "idempotency_processing_time_seconds_count"));
    });

    [ServersFact]
    public Task A_hold_ends_by_itself_and_its_nights_are_free_at_once() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var held = await Cabins.HoldAsync(client, unit, days: 5, nights: 2);
        await System.ExecuteAsync("update pipeline.timers set due = clock_timestamp(), fire_at = clock_timestamp() where tenant_id = $1 and key = $2", client.TenantId, $"hold:{held.Text("bookingId")}");
        await Cabins.LetEndAsync(System, held.GetProperty("bookingId").GetGuid());
        await Eventually.HoldsAsync(
            async () => (await client.GetAsync($"/v1/bookings/{held.Text("code")}")).Text("status") == "expired", TimeSpan.FromSeconds(20), "the hold did not end");
        await Cabins.RefusedAsync(client, HttpStatusCode.Conflict, "expired", $"/v1/bookings/{held.Text("code")}/confirmation");
        await Cabins.RefusedAsync(client, HttpStatusCode.Conflict, "expired", $"/v1/bookings/{held.Text("code")}/extension");
        await Cabins.HoldAsync(client, unit, days: 5, nights: 2);
    });

    [ServersFact]
    public Task Whoever_comes_to_a_unit_ends_its_stale_holds_first() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var stale = await Cabins.HoldAsync(client, unit, days: 5, nights: 2);
        await Cabins.LetEndAsync(System, stale.GetProperty("bookingId").GetGuid());
        await Cabins.HoldAsync(client, unit, days: 6, nights: 2);
        Assert.Equal("expired", (await client.GetAsync($"/v1/bookings/{stale.Text("code")}")).Text("status"));
    });

    /// <summary>Many at once, so that each of the four comes first somewhere.</summary>
    [ServersFact]
    public Task A_hold_that_ends_in_the_instant_of_its_confirmation_payment_and_extension_has_one_outcome_for_each() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var holds = new List<JsonElement>();
        for (var n = 0; n < 12; n++)
            holds.Add(await Cabins.HoldAsync(client, unit, days: 10 + (3 * n), nights: 2));
        await Task.WhenAll(holds.Select(async (hold, n) =>
        {
            var (code, id) = (hold.Text("code"), hold.GetProperty("bookingId").GetGuid());
            await Cabins.LetEndAsync(System, id, TimeSpan.FromMilliseconds(40 * n));
            Task<(HttpStatusCode Status, JsonElement Json, global::System.Net.Http.Headers.HttpResponseHeaders)> Do(string what, string? body = null) =>
                client.SendAsync(HttpMethod.Post, $"/v1/bookings/{code}/{what}", body, wait: 30);
            var (confirmed, paid, extended) = (Do("confirmation"), Do("payments", JsonSerializer.Serialize(new { paymentId = "p", amount = hold.GetProperty("deposit"), status = "approved" })), Do("extension"));
            await Task.WhenAll(confirmed, paid, extended);
            var types = await System.RowsAsync("select type from log.events where tenant_id = $1 and stream = $2 order by seq", client.TenantId, $"booking-{id}");
            // The money has come whatever else: in time, or for nights that nobody else has taken meanwhile.
            Assert.Equal(HttpStatusCode.OK, (await paid).Status);
            Assert.Equal("confirmed", (await client.GetAsync($"/v1/bookings/{code}")).Text("status"));
            Assert.Single(types, t => t == nameof(BookingConfirmed));
            Assert.InRange(types.Count(t => t == nameof(BookingExpired)), 0, 1);
            Assert.Equal((await extended).Status == HttpStatusCode.OK, types.Contains(nameof(BookingExtended)));
            if ((await confirmed).Status != HttpStatusCode.OK)
                Assert.Equal(("expired", true), ((await confirmed).Json.Text("code"), types.Contains(nameof(BookingExpired))));
            if ((await extended).Status != HttpStatusCode.OK)
                Assert.Contains((await extended).Json.Text("code"), (string[])(types.Contains(nameof(BookingExpired)) ? ["expired", "invalid_state"] : ["invalid_state"]));
        }));
    });

    [ServersFact]
    public Task Money_confirms_takes_nights_again_or_must_go_back() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var first = await Cabins.HoldAsync(client, unit, days: 5, nights: 2);
        static string Payment(string id, JsonElement booking, string status) => JsonSerializer.Serialize(new { paymentId = id, amount = booking.GetProperty("deposit"), status });
        Assert.Equal("held", (await Cabins.DoAsync(client, first.Text("code"), "payments", Payment("p1", first, "pending"))).Text("status"));
        var paid = await Cabins.DoAsync(client, first.Text("code"), "payments", Payment("p1", first, "approved"));
        Assert.Equal(("confirmed", "partially_paid"), (paid.Text("status"), paid.Text("paymentStatus")));
        var again = await Cabins.DoAsync(client, first.Text("code"), "payments", Payment("p1", first, "approved"));
        Assert.Equal(paid.Text("paid", "amount"), again.Text("paid", "amount"));

        var late = await Cabins.HoldAsync(client, unit, days: 15, nights: 2);
        await Cabins.LetEndAsync(System, late.GetProperty("bookingId").GetGuid());
        Assert.Equal("confirmed", (await Cabins.DoAsync(client, late.Text("code"), "payments", Payment("p2", late, "approved"))).Text("status"));

        var beaten = await Cabins.HoldAsync(client, unit, days: 25, nights: 2);
        await Cabins.LetEndAsync(System, beaten.GetProperty("bookingId").GetGuid());
        await Cabins.HoldAsync(client, unit, days: 26, nights: 2);
        var back = await Cabins.DoAsync(client, beaten.Text("code"), "payments", Payment("p3", beaten, "approved"));
        Assert.Equal(("expired", beaten.Text("deposit", "amount")), (back.Text("status"), back.Text("refundDue", "amount")));
    });

    [ServersFact]
    public Task Dates_change_in_one_step_or_not_at_all() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var mine = await Cabins.HoldAsync(client, unit, days: 5, nights: 2);
        await Cabins.HoldAsync(client, unit, days: 10, nights: 2);
        string Dates(int days) => JsonSerializer.Serialize(new { checkIn = Cabins.Nights(days, 2).CheckIn, checkOut = Cabins.Nights(days, 2).CheckOut });
        await Cabins.RefusedAsync(client, HttpStatusCode.Conflict, "date_overlap", $"/v1/bookings/{mine.Text("code")}/dates", Dates(9));
        Assert.Equal(Cabins.Nights(5, 2).CheckIn, (await client.GetAsync($"/v1/bookings/{mine.Text("code")}")).Text("checkIn"));
        var moved = await Cabins.DoAsync(client, mine.Text("code"), "dates", Dates(6));
        Assert.Equal(Cabins.Nights(6, 2).CheckIn, moved.Text("checkIn"));
        var cancelled = await Cabins.DoAsync(client, mine.Text("code"), "cancellation", """{"reason":"ill"}""");
        Assert.Equal(("cancelled", "ill"), (cancelled.Text("status"), cancelled.Text("cancelReason")));
        await Cabins.HoldAsync(client, unit, days: 6, nights: 2);
    });

    [ServersFact]
    public Task A_host_blocks_nights_and_a_clashing_block_of_a_feed_waits_for_its_nights() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var booked = await Cabins.HoldAsync(client, unit, days: 5, nights: 3);
        string Block(int days) => JsonSerializer.Serialize(new { from = Cabins.Nights(days, 2).CheckIn, to = Cabins.Nights(days, 2).CheckOut, reason = "paint" });
        await Cabins.RefusedAsync(client, HttpStatusCode.Conflict, "date_overlap", $"/v1/units/{unit}/blocks", Block(6));
        var block = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, $"/v1/units/{unit}/blocks", Block(10), wait: 30);
        await Cabins.RefusedAsync(client, HttpStatusCode.Conflict, "date_overlap", "/v1/bookings", Cabins.Stay(unit, 11, 1));

        var feed = Guid.NewGuid();
        DateOnly Day(int days) => DateOnly.Parse(Cabins.Nights(days, 1).CheckIn);
        await System.Orders.SendOursAsync(client.TenantId, new ImportBlocks(unit, feed, "airbnb", [new("a@x", Day(6), Day(8), "Reserved"), new("b@x", Day(10), Day(14), null)], []), unit.ToString());
        async Task<List<string>> ConflictsAsync() => [.. (await client.GetAsync($"/v1/units/{unit}/blocks?conflict=true")).GetProperty("items").EnumerateArray().Select(b => b.Text("uid"))];
        await Eventually.HoldsAsync(async () => (await ConflictsAsync()) is ["a@x"], TimeSpan.FromSeconds(10), "no conflict is shown");
        await Cabins.DoAsync(client, booked.Text("code"), "cancellation");
        Assert.Empty(await ConflictsAsync());
        await Cabins.RefusedAsync(client, HttpStatusCode.Conflict, "date_overlap", "/v1/bookings", Cabins.Stay(unit, 7, 1));
        await System.Orders.SendOursAsync(client.TenantId, new ImportBlocks(unit, feed, "airbnb", [], ["a@x", "b@x"]), unit.ToString());
        await client.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, $"/v1/units/{unit}/blocks/{block.Text("blockId")}", wait: 30);
        await Eventually.HoldsAsync(
            async () => (await client.GetAsync($"/v1/units/{unit}/blocks")).GetProperty("items").GetArrayLength() == 0, TimeSpan.FromSeconds(10), "blocks are left");
        await Cabins.HoldAsync(client, unit, days: 7, nights: 5);
    });

    [ServersFact]
    public Task A_stay_that_is_long_over_is_still_paid_and_left_and_blocks_wait_for_its_nights() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var stays = new List<(string Code, Guid Id)>();
        for (var n = 0; n < 4; n++)
        {
            var held = await Cabins.HoldAsync(client, unit, days: 5 + (3 * n), nights: 2);
            stays.Add((held.Text("code"), held.GetProperty("bookingId").GetGuid()));
            await Cabins.DoAsync(client, stays[n].Code, "confirmation");
        }
        foreach (var (_, id) in stays)
            await Cabins.MoveAsync(System, id, days: -40);
        var paid = await Cabins.DoAsync(client, stays[0].Code, "payments", """{"paymentId":"cash","amount":"10.00","status":"approved"}""");
        Assert.Equal("partially_paid", paid.Text("paymentStatus"));

        static string Block(int from, int to) => JsonSerializer.Serialize(new { from = Cabins.Nights(from, 1).CheckIn, to = Cabins.Nights(to, 1).CheckIn });
        await Cabins.RefusedAsync(client, HttpStatusCode.Conflict, "date_overlap", $"/v1/units/{unit}/blocks", Block(-36, 3));
        await System.Orders.SendOursAsync(client.TenantId, new ImportBlocks(unit, Guid.NewGuid(), "airbnb",
            [new("long@x", DateOnly.Parse(Cabins.Nights(-50, 1).CheckIn), DateOnly.Parse(Cabins.Nights(9, 1).CheckIn), null)], []), unit.ToString());
        async Task<int> ConflictsAsync() => (await client.GetAsync($"/v1/units/{unit}/blocks?conflict=true")).GetProperty("items").GetArrayLength();
        await Eventually.HoldsAsync(async () => await ConflictsAsync() == 1, TimeSpan.FromSeconds(10), "no conflict is shown");
        await Cabins.HoldAsync(client, unit, days: 30, nights: 2);
        await Cabins.DoAsync(client, stays[0].Code, "check-in");
        await Cabins.DoAsync(client, stays[0].Code, "completion");
        await Cabins.DoAsync(client, stays[1].Code, "no-show");
        await Cabins.DoAsync(client, stays[2].Code, "cancellation");
        Assert.Equal(1, await ConflictsAsync());
        await Cabins.DoAsync(client, stays[3].Code, "no-show");
        Assert.Equal(0, await ConflictsAsync());
        Assert.Equal(2, await System.ReadAsync<long>("select count(*) from bookings.claim where unit_id = $1", unit));
        foreach (var (_, id) in stays)
            await Cabins.MoveAsync(System, id, days: 40);
    });

    [ServersFact]
    public Task An_erased_guest_leaves_the_facts_and_no_name() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var body = Cabins.Stay(unit, 5, 2, name: "Zoë Quiet", phone: "+54 9 11 5555-0101");
        var held = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/bookings", body, wait: 30);
        var other = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/bookings", Cabins.Stay(unit, 9, 2, name: "Zoë Q.", phone: "+5491155550101"), wait: 30);
        Assert.Equal(held.Text("guestId"), other.Text("guestId"));
        Assert.Empty(await System.RowsAsync("select data from log.events where tenant_id = $1 and data::text like '%Quiet%'", client.TenantId));
        Assert.Single((await client.GetAsync("/v1/bookings?q=quiet")).GetProperty("items").EnumerateArray());
        using var viewer = await client.WithRoleAsync(Roles.Viewer);
        Assert.False((await viewer.GetAsync($"/v1/bookings/{held.Text("code")}")).TryGetProperty("guest", out _));
        await client.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, $"/v1/guests/{held.Text("guestId")}/personal-data");
        await client.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, $"/v1/guests/{held.Text("guestId")}/personal-data");
        await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Delete, $"/v1/guests/{Guid.NewGuid()}/personal-data");
        var known = await client.GetAsync($"/v1/bookings/{held.Text("code")}");
        Assert.Equal((false, "held"), (known.TryGetProperty("guest", out _), known.Text("status")));
        Assert.Empty((await client.GetAsync("/v1/bookings?q=zoë")).GetProperty("items").EnumerateArray());
        Assert.Empty(await System.RowsAsync("select 1 from pipeline.person_key where tenant_id = $1 and person_id = $2", client.TenantId, held.Text("guestId")));
    });

    [ServersFact]
    public Task Nobody_stays_in_clear_who_is_erased_while_being_booked() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        Task<JsonElement> HoldAsync(int days) => client.ExpectAsync(
            HttpStatusCode.Created, HttpMethod.Post, "/v1/bookings", Cabins.Stay(unit, days, 2, name: "Zoë Quiet", phone: "+5491155550102"), wait: 30);
        var first = await HoldAsync(5);
        var guest = first.Text("guestId");
        await using (var connection = await System.Database.OpenConnectionAsync())
        {
            await using var erasing = await connection.BeginTransactionAsync();
            await using var erase = new Npgsql.NpgsqlCommand("delete from pipeline.person_key where tenant_id = $1 and person_id = $2", connection, erasing)
            { Parameters = { new() { Value = client.TenantId }, new() { Value = guest } } };
            await erase.ExecuteNonQueryAsync();
            var second = HoldAsync(9);
            await Eventually.HoldsAsync(
                async () => await System.ReadAsync<bool>("select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"),
                TimeSpan.FromSeconds(15), "the hold does not wait for the erasure");
            await erasing.CommitAsync();
            await second;
        }
        Assert.Equal(1, await System.ReadAsync<long>("select count(*) from pipeline.person_key where tenant_id = $1 and person_id = $2", client.TenantId, guest));
        await client.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, $"/v1/guests/{guest}/personal-data");
        await System.ExecuteAsync(
            "insert into bookings.guest (tenant_id, booking_id, guest_id, name) values ($1, $2, $3, 'left over')", client.TenantId, first.GetProperty("bookingId").GetGuid(), Guid.Parse(guest));
        await client.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, $"/v1/guests/{guest}/personal-data");
        Assert.Equal(0, await System.ReadAsync<long>("select count(*) from bookings.guest where tenant_id = $1", client.TenantId));
    });

    [ServersFact]
    public Task A_booking_is_changed_with_its_etag_and_paid_in_its_currency() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var held = await Cabins.HoldAsync(client, unit, days: 5, nights: 2);
        var path = $"/v1/bookings/{held.Text("code")}";
        async Task<string?> TagAsync() => (await client.SendAsync(HttpMethod.Get, path)).Headers.ETag?.Tag;
        Assert.Equal("\"1\"", await TagAsync());
        var (_, confirmed, headers) = await client.SendAsync(HttpMethod.Post, $"{path}/confirmation", wait: 30, ifMatch: "\"1\"");
        Assert.Equal(("confirmed", "\"2\""), (confirmed.Text("status"), headers.ETag?.Tag));
        var late = await client.ExpectAsync(HttpStatusCode.PreconditionFailed, HttpMethod.Post, $"{path}/cancellation", wait: 30, ifMatch: "\"1\"");
        Assert.Equal("REVISION_MISMATCH", late.Text("code"));

        static string Payment(string amount) => $$$"""{"paymentId":"p","amount":{{{amount}}},"status":"approved"}""";
        foreach (var wait in (int?[])[30, null])
        {
            var refused = await client.ExpectAsync(
                HttpStatusCode.UnprocessableEntity, HttpMethod.Post, $"{path}/payments", Payment("""{"amount":"7200.00","currency":"EUR"}"""), wait: wait);
            Assert.Equal(("invalid_amount", "/amount/currency"), (refused.Text("code"), refused.GetProperty("errors")[0].Text("pointer")));
        }
        await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, $"{path}/payments", Payment("""{"amount":"7200.00","currency":"ARS","tip":"1.00"}"""), wait: 30);
        await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/units", Cabins.Cabin.Replace("\"ARS\"", "\"ARS\",\"per\":\"night\""), wait: 30);
        Assert.Equal("\"2\"", await TagAsync());
        Assert.Equal("partially_paid", (await Cabins.DoAsync(client, held.Text("code"), "payments", Payment("""{"amount":"7200.00","currency":"ARS"}"""))).Text("paymentStatus"));
        var back = await Cabins.DoAsync(client, held.Text("code"), "payments", """{"paymentId":"p","amount":"3600.00","status":"refunded"}""");
        Assert.Equal(("3600.00", "partially_paid"), (back.Text("paid", "amount"), back.Text("paymentStatus")));
        var payment = (await client.GetAsync($"{path}/payments")).GetProperty("items")[0];
        Assert.Equal(("7200.00", "3600.00", "refunded"), (payment.Text("amount"), payment.Text("refunded"), payment.Text("status")));
    });

    [ServersFact]
    public Task A_unit_without_a_time_zone_has_its_tenant_s() => AsTenantAsync(async client =>
    {
        using var platform = ApiClient.Platform(System);
        await platform.ExpectAsync(HttpStatusCode.OK, HttpMethod.Patch, $"/v1/tenants/{client.TenantId}", """{"timeZone":"America/Santo_Domingo"}""");
        await platform.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Patch, $"/v1/tenants/{client.TenantId}", """{"timeZone":"Moon/Crater"}""");
        var unit = await Cabins.UnitAsync(client, """{"name":"Room","type":"room","capacity":2,"basePrice":{"amount":"45.00","currency":"USD"}}""");
        var known = await client.GetAsync($"/v1/units/{unit}");
        Assert.Equal(("America/Santo_Domingo", "15:00", "[\"fri\",\"sat\"]", "30"), (known.Text("timeZone"), known.Text("checkInTime"), known.Text("weekendNights"), known.Text("depositPercent")));
        // It is still the day before where the tenant is.
        var understood = await client.ExpectAsync(
            HttpStatusCode.OK, HttpMethod.Post, "/v1/nlu/analyze", """{"text":"Hola, ¿hay lugar mañana por 2 noches?","now":"2026-12-01T02:00:00Z"}""");
        Assert.Equal("2026-12-01", understood.Text("checkIn"));
    });

    [ServersFact]
    public Task A_unit_is_changed_with_its_etag_and_what_makes_no_sense_is_told_where() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        var changed = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, $"/v1/units/{unit}", Cabins.Cabin.Replace("12000.00", "15000.00"), wait: 30, ifMatch: "\"1\"");
        Assert.Equal(("15000.00", 2), (changed.Text("basePrice", "amount"), changed.GetProperty("revision").GetInt32()));
        await client.ExpectAsync(HttpStatusCode.PreconditionFailed, HttpMethod.Put, $"/v1/units/{unit}", Cabins.Cabin, wait: 30, ifMatch: "\"1\"");
        await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Put, $"/v1/units/{Guid.NewGuid()}", Cabins.Cabin, wait: 30);
        Assert.Equal("15000.00", (await client.GetAsync("/v1/units")).GetProperty("items")[0].Text("basePrice", "amount"));
        var faults = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/units",
            """{"name":"x","type":"cabin","capacity":1,"basePrice":{"amount":"1.005","currency":"USD"},"timeZone":"Mars/Olympus","seasons":[{"from":"2026-02-01","to":"2026-01-01"}]}""");
        Assert.Equal(["/timeZone", "/basePrice/amount", "/seasons/0/to", "/seasons/0"], faults.GetProperty("errors").EnumerateArray().Select(e => e.Text("pointer")));
    });
}
