using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.ReadModels;

namespace Dvt.Bench;

/// <summary>What hosts look at, over 100,000 bookings of 200 units in five years: calendar, occupancy, conversions.</summary>
static class Reports
{
    const int Units = 200;
    const int Days = 5 * 365;
    const int AtOnce = 5_000;

    static readonly string[] Ends = ["", nameof(BookingExpired), nameof(BookingCancelled), nameof(BookingCompleted), nameof(BookingCompleted)];

    static readonly (string Name, Func<Random, string> Path)[] Cases =
    [
        ("calendar-unit", r => Span("calendar", Start(r), 31) + $"&unitId={UnitId(r.Next(Units))}"),
        ("calendar-page", r => Span("calendar", Start(r), 31)),
        ("occupancy", r => $"/v1/dashboards/occupancy?month={First.AddDays(Start(r)):yyyy-MM}"),
        ("occupancy-unit", r => $"/v1/dashboards/occupancy?month={First.AddDays(Start(r)):yyyy-MM}&unitId={UnitId(r.Next(Units))}"),
        ("conversions-month", r => Span("conversions", Start(r), 30)),
        ("conversions-year", r => Span("conversions", Start(r), 365)),
    ];

    static readonly DateOnly First = new(2024, 1, 1);

    static int Start(Random random) => 60 * random.Next(25);

    static string Span(string what, int day, int days) =>
        string.Create(CultureInfo.InvariantCulture, $"/v1/dashboards/{what}?from={First.AddDays(day):yyyy-MM-dd}&to={First.AddDays(day + days):yyyy-MM-dd}");

    static Guid UnitId(int unit) => NamedId.Of("bench unit", unit.ToString(CultureInfo.InvariantCulture));

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        await using var on = await Installation.StartAsync(session, "reports", new Roles(Api: true), stop);
        using var accounts = new ApiAccounts(on.Api);
        var account = await accounts.MakeAsync("reports", stop);
        var bookings = session.Settings.Size(100_000, quick: 2_000);
        Session.Say($"reports: filling the views with {bookings} bookings");
        await FillAsync(on.Scratch, account.TenantId, bookings, stop);
        foreach (var (name, path) in Cases)
            await Queries.AskAsync(session, on, account, "reports", name, path, bookings, session.Settings.Size(300, quick: 10), stop);
    }

    /// <summary>Through the views' own code, so that the rows are what projectors would have written.</summary>
    static async Task FillAsync(Scratch scratch, Guid tenant, int bookings, CancellationToken stop)
    {
        var views = Views.All.Where(v => v.Name is "unit" or "booking" or "stay").ToList();
        await ProjectAsync([.. Enumerable.Range(0, Units).Select(u => Event(tenant, $"unit-{UnitId(u)}", 1, new UnitCreated(UnitId(u), Definition(u), 1), DateTime.UtcNow))]);
        for (var n = 0; n < bookings; n += AtOnce)
            await ProjectAsync([.. Enumerable.Range(n, Math.Min(AtOnce, bookings - n)).SelectMany(i => EventsOf(tenant, i))]);
        foreach (var view in views)
            await scratch.ExecuteAsync($"vacuum (analyze) read.{view.Name}", stop);

        async Task ProjectAsync(List<TailEvent> events)
        {
            await using var batch = scratch.Database.CreateBatch();
            foreach (var view in views)
                view.Project(events, batch, $"read.{view.Name}");
            await batch.ExecuteNonQueryAsync(stop);
        }
    }

    static UnitDefinition Definition(int unit) => new(
        $"Unit {unit:d3}", "cabin", 4, "100.00", "DOP", "UTC", "15:00", "11:00", 1, MaxNights: null, 1.2m, ["fri", "sat"], [], [], 4, "0.00", 30m, "0.00", [], [],
        new Dictionary<string, string>(), Active: true);

    static IEnumerable<TailEvent> EventsOf(Guid tenant, int n)
    {
        var random = new Random(n);
        var (bookingId, unit, nights, day) = (NamedId.Of("bench booking", n.ToString(CultureInfo.InvariantCulture)), random.Next(Units), random.Next(1, 8), First.AddDays(random.Next(Days)));
        var heldAt = day.AddDays(-random.Next(60)).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        var price = new PriceBreakdown(
            "DOP", [.. Enumerable.Range(0, nights).Select(i => new NightPrice(day.AddDays(i), "100.00"))], $"{nights}00.00", 0, "0.00", "0.00", $"{nights}00.00", $"{nights * 30}.00");
        var (stream, channel) = ($"booking-{bookingId}", BookingChannels.All[random.Next(BookingChannels.All.Count)]);
        yield return Event(tenant, stream, 1, new BookingHeld(
            bookingId, $"RES{n:d12}", UnitId(unit), bookingId, new Guest(""), day, day.AddDays(nights), 2, channel, price, [], new(heldAt.AddMinutes(30), TimeSpan.Zero)), heldAt);
        var end = Ends[random.Next(Ends.Length)];
        if (end == nameof(BookingExpired))
            yield return Event(tenant, stream, 2, new BookingExpired(), heldAt.AddMinutes(30));
        else
            yield return Event(tenant, stream, 2, new BookingConfirmed(), heldAt.AddMinutes(5));
        if (end == nameof(BookingCancelled))
            yield return Event(tenant, stream, 3, new BookingCancelled(Reason: null, 0, "0.00"), heldAt.AddDays(1));
        else if (end == nameof(BookingCompleted))
            yield return Event(tenant, stream, 3, new BookingCompleted(), heldAt.AddDays(70));
    }

    static TailEvent Event(Guid tenant, string stream, int seq, IEvent e, DateTime at) => new()
    {
        Slot = Slot.First(Domain.Bookings),
        Offset = 0,
        TenantId = tenant,
        Stream = stream,
        Seq = seq,
        Type = e.GetType().Name,
        Data = JsonSerializer.SerializeToUtf8Bytes(e, e.GetType(), ContractsJson.Options),
        StreamId = Guid.NewGuid(),
        CommandId = null,
        CorrelationId = null,
        Actor = "bench",
        OccurredAt = at,
        RecordedAt = at,
    };
}
