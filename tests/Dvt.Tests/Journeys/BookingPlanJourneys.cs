using System.Net;
using System.Text.Json;
using Dvt.Tests.Style;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

/// <summary>The sample plan "stay with deposit", and the step kinds it is made of.</summary>
public sealed class BookingPlanJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    static readonly string Sample = Repository.File("ops/samples/stay-with-deposit.json").Text;

    static object Input(Guid unit, int days, int nights = 2, string? payWithin = null) => new
    {
        unitId = unit,
        checkIn = Cabins.Nights(days, nights).CheckIn,
        checkOut = Cabins.Nights(days, nights).CheckOut,
        guest = new { name = "Ana" },
        payWithin = payWithin ?? "PT30M",
    };

    static string Deposit(JsonElement booking, string paymentId) =>
        JsonSerializer.Serialize(new { paymentId, amount = new { amount = booking.Text("deposit", "amount"), currency = booking.Text("deposit", "currency") }, status = "approved" });

    /// <summary>The booking that a run holds, once it waits for its deposit.</summary>
    static async Task<JsonElement> HeldByAsync(ApiClient client, string runId, double within = 30)
    {
        JsonElement held = default;
        await Eventually.HoldsAsync(async () =>
        {
            var run = await client.GetAsync($"/v1/runs/{runId}");
            if (run.GetProperty("steps").EnumerateArray().FirstOrDefault(s => s.Text("stepId") == "link") is not { ValueKind: JsonValueKind.Object } link || link.Text("status") != "COMPLETED")
                return false;
            held = run.GetProperty("steps").EnumerateArray().First(s => s.Text("stepId") == "hold").GetProperty("result");
            return true;
        }, TimeSpan.FromSeconds(within), async () => $"run {runId} holds nothing: {await client.GetAsync($"/v1/runs/{runId}")}");
        return held;
    }

    [ServersFact]
    public Task A_stay_is_held_paid_confirmed_and_announced() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        await client.PublishAsync(Sample);
        var runId = await client.StartAsync("stay-with-deposit", Input(unit, days: 5));
        var held = await HeldByAsync(client, runId);
        Assert.Equal(("held", unit.ToString(), "direct"), (held.Text("status"), held.Text("unitId"), held.Text("channel")));
        var history = (await client.GetAsync($"/v1/bookings/{held.Text("code")}/timeline")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(("BookingHeld", $"run:{runId}"), (Assert.Single(history).Text("type"), history[0].Text("actor")));
        Assert.False(history[0].GetProperty("data").TryGetProperty("guest", out _));
        await Cabins.DoAsync(client, held.Text("code"), "payments", Deposit(held, "p1"));
        var run = await client.EndsAsync(runId);
        Assert.Equal((held.Text("code"), "confirmed", held.Text("deposit", "amount")),
            (run.GetProperty("output").Text("code"), run.GetProperty("output").Text("status"), run.GetProperty("output").Text("paid", "amount")));
        Assert.Equal(["p1 approved 1"], (await client.GetAsync($"/v1/bookings/{held.Text("code")}/payments")).GetProperty("items").EnumerateArray()
            .Select(p => $"{p.Text("paymentId")} {p.Text("status")} {p.Text("events")}"));
        Assert.Equal(["BookingHeld", "BookingPaymentRecorded", "BookingConfirmed"],
            TypesOf((await client.GetAsync($"/v1/bookings/{held.Text("code")}/timeline")).GetProperty("items").EnumerateArray()));
    });

    [ServersFact]
    public Task Without_a_deposit_in_time_the_hold_is_cancelled_and_its_nights_are_free() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        await client.PublishAsync(Sample);
        var runId = await client.StartAsync("stay-with-deposit", Input(unit, days: 5, payWithin: "PT1S"));
        var run = await client.EndsAsync(runId, "FAILED");
        Assert.Equal(("paid", "SIGNAL_TIMEOUT"), (run.Text("failedStepId"), run.Text("error", "code")));
        var steps = run.GetProperty("steps").EnumerateArray().ToDictionary(s => s.Text("stepId"));
        Assert.Equal("COMPENSATED", steps["hold"].Text("status"));
        var code = steps["hold"].GetProperty("result").Text("code");
        Assert.Equal(("cancelled", "not paid in time, or the run was ended"),
            ((await client.GetAsync($"/v1/bookings/{code}")).Text("status"), (await client.GetAsync($"/v1/bookings/{code}")).Text("cancelReason")));
        await Cabins.HoldAsync(client, unit, days: 5, nights: 2);
    });

    [ServersFact]
    public Task A_hold_that_is_over_before_its_run_gives_up_counts_as_undone() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        await client.PublishAsync(Sample);
        var runId = await client.StartAsync("stay-with-deposit", Input(unit, days: 5, payWithin: "PT5S"));
        var held = await HeldByAsync(client, runId);
        await Cabins.LetEndAsync(System, held.GetProperty("bookingId").GetGuid());
        await Cabins.HoldAsync(client, unit, days: 5, nights: 2);
        var run = await client.EndsAsync(runId, "FAILED");
        Assert.False(run.TryGetProperty("compensationError", out _));
        Assert.Equal("expired", (await client.GetAsync($"/v1/bookings/{held.Text("code")}")).Text("status"));
        // The hold's end came from outside, so the run was told of it.
        Assert.Contains("booking.expired", (await client.EventsAsync(runId)).Where(e => e.Text("type") == "ExternalSignalReceived").Select(e => e.Text("data", "name")));
    });

    [ServersFact]
    public Task Taken_nights_and_impossible_stays_fail_the_step_with_the_domains_own_code() => AsTenantAsync(async client =>
    {
        var unit = await Cabins.UnitAsync(client);
        await Cabins.HoldAsync(client, unit, days: 5, nights: 3);
        await client.PublishAsync(Sample);
        var run = await client.EndsAsync(await client.StartAsync("stay-with-deposit", Input(unit, days: 6)), "FAILED");
        Assert.Equal(("hold", "date_overlap", "USER"), (run.Text("failedStepId"), run.Text("error", "code"), run.Text("error", "category")));
        var quote = run.GetProperty("steps").EnumerateArray().First(s => s.Text("stepId") == "quote").GetProperty("result");
        Assert.Equal(("False", "date_overlap", 2), (quote.Text("available"), quote.Text("code"), quote.GetProperty("alternatives").GetArrayLength()));
        var unknown = await client.EndsAsync(await client.StartAsync("stay-with-deposit", Input(Guid.NewGuid(), days: 6)), "FAILED");
        Assert.Equal(("quote", "unit_not_found"), (unknown.Text("failedStepId"), unknown.Text("error", "code")));
    });

    [ServersFact]
    public Task Workers_that_are_killed_in_between_hold_once_and_every_run_comes_to_its_end() => AsTenantAsync(async client =>
    {
        const int Runs = 12;
        var unit = await Cabins.UnitAsync(client);
        await client.PublishAsync(Sample);
        var runs = new List<string>();
        for (var i = 0; i < Runs; i++)
        {
            runs.Add(await client.StartAsync("stay-with-deposit", Input(unit, days: 5 + (3 * i))));
            if (i % 4 == 1)
                await DvtSystem.ReplaceAsync(System.Workers[i / 4 % System.Workers.Count]);
        }
        foreach (var runId in runs)
            await Cabins.DoAsync(client, (await HeldByAsync(client, runId, within: 120)).Text("code"), "payments", Deposit(await HeldByAsync(client, runId), $"p-{runId}"));
        await DvtSystem.ReplaceAsync(System.Workers[0]);
        foreach (var runId in runs)
            await client.EndsAsync(runId, within: 120);
        var bookings = (await client.GetAsync($"/v1/bookings?unit={unit}&limit=100")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(Runs, bookings.Count);
        Assert.All(bookings, b => Assert.Equal("confirmed", b.Text("status")));
    });
}
