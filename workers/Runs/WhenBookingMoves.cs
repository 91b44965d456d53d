using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Pipeline;
using Dvt.Workers.Reactions;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Runs;

/// <summary>
/// Tells a run what others did to the booking that it holds: the guest's payment, a host's confirmation, the end of the hold. Each is
/// an external signal such as <c>booking.confirmed</c>, which a <c>wait</c> step may wait for. What the run has ordered itself it knows.
/// </summary>
static class WhenBookingMoves
{
    const string OfRun = "run:";

    static readonly Dictionary<string, string> Signals = new()
    {
        [nameof(BookingConfirmed)] = $"{BookingKinds.Signal}.confirmed",
        [nameof(BookingPaymentRecorded)] = $"{BookingKinds.Signal}.payment",
        [nameof(BookingRefundDue)] = $"{BookingKinds.Signal}.refund_due",
        [nameof(BookingDatesChanged)] = $"{BookingKinds.Signal}.dates_changed",
        [nameof(BookingExtended)] = $"{BookingKinds.Signal}.extended",
        [nameof(BookingExpired)] = $"{BookingKinds.Signal}.expired",
        [nameof(BookingCancelled)] = $"{BookingKinds.Signal}.cancelled",
    };

    public static readonly Reaction Reaction = new("runs.booking-moves", Domain.Bookings, Signals.Keys, ReactAsync);

    static async Task<IReadOnlyCollection<(string Queue, Envelope Envelope)>> ReactAsync(
        NpgsqlConnection connection, IReadOnlyList<LoggedEvent> events, CancellationToken stop)
    {
        var holders = await HoldersAsync(connection, events, stop);
        return [.. events.Where(e => holders.TryGetValue((e.TenantId, e.Stream), out var holder) && holder != e.Actor)
            .Select(e => Signal(e, holders[(e.TenantId, e.Stream)][OfRun.Length..]))];
    }

    /// <summary>Who held the bookings, as far as runs did.</summary>
    static async Task<Dictionary<(Guid TenantId, string Stream), string>> HoldersAsync(
        NpgsqlConnection connection, IReadOnlyList<LoggedEvent> events, CancellationToken stop)
    {
        var streams = events.Select(e => (e.TenantId, e.Stream)).Distinct().ToList();
        await using var command = new NpgsqlCommand(
            """
            select e.tenant_id, e.stream, e.actor
            from unnest($1, $2) as b(tenant_id, stream)
            join log.entry e on e.tenant_id = b.tenant_id
              and e.stream = b.stream
              and e.first_seq = 1
            where e.actor like 'run:%'
            """, connection)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, streams.Select(s => s.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, streams.Select(s => s.Stream).ToArray()),
            },
        };
        await using var row = await command.ExecuteReaderAsync(stop);
        var holders = new Dictionary<(Guid, string), string>();
        while (await row.ReadAsync(stop))
            holders[(row.GetGuid(0), row.GetString(1))] = row.GetString(2);
        return holders;
    }

    /// <summary>Its id is that of the event: however often it is sent, the run takes it once.</summary>
    static (string Queue, Envelope Envelope) Signal(LoggedEvent e, string runId) =>
    (
        Slot.Queue(Slot.Of(Domain.Runs, e.TenantId, runId)),
        new Envelope(
            NamedId.Of("booking-moves", e.EventId.ToString()), nameof(SendExternalSignal), e.TenantId, runId, "system", e.RecordedAt,
            ContractsJson.Element(new SendExternalSignal(runId, e.EventId.ToString(), Signals[e.Type], e.Json)), e.CorrelationId)
    );
}
