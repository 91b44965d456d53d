using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>An event of a booking as its page shows it.</summary>
/// <param name="Type">Such as <c>BookingConfirmed</c>.</param>
/// <param name="Actor">Who ordered it: a user, a key, a run; <c>system</c> for what time does.</param>
/// <param name="Data">The event's own fields, without who stays.</param>
public sealed record BookingEventView(
    Guid EventId, string Type, long Seq, DateTimeOffset OccurredAt, DateTimeOffset RecordedAt, string Actor, Guid? CommandId, string? CorrelationId, JsonElement Data);

/// <summary>An outside payment of a booking as it stands.</summary>
/// <param name="FirstAt">When it was first told.</param>
/// <param name="LastAt">When it was told last.</param>
/// <param name="Events">How often it was told and had changed.</param>
/// <param name="Refunded">What of it went back.</param>
public sealed record BookingPaymentView(string PaymentId, string Amount, string Status, DateTimeOffset FirstAt, DateTimeOffset LastAt, int Events, string? Refunded = null);

/// <summary>Reads the streams of bookings.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class BookingHistory(NpgsqlDataSource api)
{
    const string Sort = "seq";

    /// <summary>More events than any booking has; payments are told of those.</summary>
    const int Most = 5_000;

    /// <summary>In order.</summary>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<BookingEventView>>> EventsAsync(Guid tenantId, Guid bookingId, string? cursor, int limit, CancellationToken stop)
    {
        Cursor.Limit(limit);
        var after = Cursor.Parse(cursor, Sort, parts: 1) is { } key
            ? long.TryParse(key[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq : throw Cursor.Invalid()
            : 0;
        var read = await ReadAsync(tenantId, bookingId, after, limit + 1, stop);
        List<BookingEventView> views = [.. read.Value.Select(Shown)];
        return new(Cursor.Cut(views, limit, e => Cursor.Of(Sort, e.Seq.ToString(CultureInfo.InvariantCulture))), read.Position);
    }

    /// <summary>In the order in which they were first told.</summary>
    public async Task<Fresh<IReadOnlyList<BookingPaymentView>>> PaymentsAsync(Guid tenantId, Guid bookingId, CancellationToken stop)
    {
        var read = await ReadAsync(tenantId, bookingId, afterSeq: 0, Most, stop);
        var payments = new OrderedDictionary<string, BookingPaymentView>();
        foreach (var e in read.Value.Where(e => e.Type == nameof(BookingPaymentRecorded)))
        {
            var told = JsonSerializer.Deserialize<BookingPaymentRecorded>(e.Data, ContractsJson.Options)!;
            var before = payments.GetValueOrDefault(told.PaymentId);
            var now = BookingPayment.Told(
                before is null ? null : new(before.PaymentId, before.Amount, before.Status, before.Refunded), told.PaymentId, told.Amount, told.Status);
            payments[told.PaymentId] = new(now.PaymentId, now.Amount, now.Status, before?.FirstAt ?? e.OccurredAt, e.OccurredAt, (before?.Events ?? 0) + 1, now.Refunded);
        }
        return new([.. payments.Values], read.Position);
    }

    async Task<Fresh<List<LoggedEvent>>> ReadAsync(Guid tenantId, Guid bookingId, long afterSeq, int limit, CancellationToken stop)
    {
        var stream = $"booking-{bookingId}";
        await using var query = new TenantQuery(api, tenantId);
        using var command = EventLog.StreamCommand(tenantId, stream, afterSeq, limit);
        query.Add(command.CommandText, tenantId, stream, afterSeq, (long)limit);
        return await query.ReadAsync(reader => EventLog.ReadStreamAsync(reader, afterSeq, limit, stop), stop);
    }

    static BookingEventView Shown(LoggedEvent e) =>
        new(e.EventId, e.Type, e.Seq, e.OccurredAt, e.RecordedAt, e.Actor, e.CommandId, e.CorrelationId, Data(e.Json));

    /// <summary>Who stays is encrypted in the log; the booking itself tells it to whoever may know.</summary>
    static JsonElement Data(JsonElement data) => data.TryGetProperty("guest", out _)
        ? ContractsJson.Element(data.EnumerateObject().Where(p => !p.NameEquals("guest")).ToDictionary(p => p.Name, p => p.Value))
        : data;
}
