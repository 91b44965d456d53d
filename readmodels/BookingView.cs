using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Lodging.Prices;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary><c>read.booking</c>: bookings as they are now. Who stays is in <c>bookings.guest</c>, which forgets when asked to.</summary>
sealed class BookingView : IView
{
    public string Name => "booking";

    public int Version => 1;

    public IReadOnlyCollection<string> DataOf { get; } =
    [
        nameof(BookingHeld), nameof(BookingConfirmed), nameof(BookingExtended), nameof(BookingDatesChanged), nameof(BookingCheckedIn), nameof(BookingCompleted),
        nameof(BookingNoShow), nameof(BookingExpired), nameof(BookingCancelled), nameof(BookingPaymentRecorded), nameof(BookingRefundDue),
    ];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        var rows = new SortedDictionary<(Guid, Guid), Patch>();
        foreach (var e in events)
        {
            if (!DataOf.Contains(e.Type))
                continue;
            var key = (e.TenantId, Guid.Parse(e.Stream["booking-".Length..]));
            if (!rows.TryGetValue(key, out var patch))
                rows.Add(key, patch = new Patch(key.TenantId, key.Item2));
            patch.Apply(e);
        }
        var begun = rows.Values.Where(r => r.Code is not null).ToList();
        var moved = rows.Values.Where(r => r.Code is null).ToList();
        if (begun.Count > 0)
            writes.BatchCommands.Add(Insert(begun, table));
        if (moved.Count > 0)
            writes.BatchCommands.Add(Update(moved, table));
    }

    const string Changed =
        "tenant_id, booking_id, status, payment_status, check_in, check_out, guests, total, deposit, paid, refund_due, " +
        "expires_at, confirmed_at, ended_at, updated_at, last_seq";

    const string Fixed = "code, unit_id, guest_id, channel, currency, created_at";

    static NpgsqlBatchCommand Insert(List<Patch> rows, string table) => Filled(
        $"""
        insert into {table} ({Changed}, {Fixed})
        select *
        from {Sql.Rows($"{Changed}, {Fixed}")} n
        """, rows)
        .Text(rows, r => r.Code).Uuid(rows, r => r.UnitId).Uuid(rows, r => r.GuestId).Text(rows, r => r.Channel).Text(rows, r => r.Currency).Time(rows, r => r.CreatedAt);

    /// <summary>What a patch does not name stays. The end of one that goes on again is taken back.</summary>
    static NpgsqlBatchCommand Update(List<Patch> rows, string table) => Filled(
        $"""
        update {table} b
        set status = coalesce(n.status, b.status),
            payment_status = coalesce(n.payment_status, b.payment_status),
            check_in = coalesce(n.check_in, b.check_in),
            check_out = coalesce(n.check_out, b.check_out),
            guests = coalesce(n.guests, b.guests),
            total = coalesce(n.total, b.total),
            deposit = coalesce(n.deposit, b.deposit),
            paid = coalesce(n.paid, b.paid),
            refund_due = coalesce(n.refund_due, b.refund_due),
            expires_at = coalesce(n.expires_at, b.expires_at),
            confirmed_at = coalesce(n.confirmed_at, b.confirmed_at),
            ended_at = case when n.status is null then b.ended_at else n.ended_at end,
            updated_at = n.updated_at,
            last_seq = n.last_seq
        from {Sql.Rows(Changed)} n
        where b.tenant_id = n.tenant_id
          and b.booking_id = n.booking_id
        """, rows);

    static NpgsqlBatchCommand Filled(string sql, List<Patch> rows) => new NpgsqlBatchCommand(sql)
        .Uuid(rows, r => r.TenantId).Uuid(rows, r => r.BookingId).Text(rows, r => r.Status).Text(rows, r => r.PaymentStatus)
        .Column(NpgsqlDbType.Date, rows, r => r.CheckIn).Column(NpgsqlDbType.Date, rows, r => r.CheckOut).Column(NpgsqlDbType.Integer, rows, r => r.Guests)
        .Column(NpgsqlDbType.Numeric, rows, r => r.Total).Column(NpgsqlDbType.Numeric, rows, r => r.Deposit)
        .Column(NpgsqlDbType.Numeric, rows, r => r.Paid).Column(NpgsqlDbType.Numeric, rows, r => r.RefundDue)
        .Time(rows, r => r.ExpiresAt).Time(rows, r => r.ConfirmedAt).Time(rows, r => r.EndedAt).Time(rows, r => r.UpdatedAt).Long(rows, r => r.LastSeq);

    /// <summary>What the events of a batch change about one booking; null is left as it is.</summary>
    sealed class Patch(Guid tenantId, Guid bookingId)
    {
        public Guid TenantId => tenantId;

        public Guid BookingId => bookingId;

        public string? Code { get; private set; }

        public Guid UnitId { get; private set; }

        public Guid GuestId { get; private set; }

        public string? Channel { get; private set; }

        public string? Currency { get; private set; }

        public string? Status { get; private set; }

        public string? PaymentStatus { get; private set; }

        public DateOnly? CheckIn { get; private set; }

        public DateOnly? CheckOut { get; private set; }

        public int? Guests { get; private set; }

        public decimal? Total { get; private set; }

        public decimal? Deposit { get; private set; }

        public decimal? Paid { get; private set; }

        public decimal? RefundDue { get; private set; }

        public DateTime? ExpiresAt { get; private set; }

        public DateTime? CreatedAt { get; private set; }

        public DateTime? ConfirmedAt { get; private set; }

        public DateTime? EndedAt { get; private set; }

        public DateTime? UpdatedAt { get; private set; }

        public long LastSeq { get; private set; }

        public void Apply(TailEvent e)
        {
            (UpdatedAt, LastSeq) = (e.OccurredAt, e.Seq);
            var happened = BookingEvents.Read(e.Type, JsonElement.Parse(e.Data));
            if (StatusAfter(happened) is { } status)
            {
                Status = status;
                EndedAt = BookingStatus.KeepsNights(status) ? null : e.OccurredAt;
                ConfirmedAt = status == BookingStatus.Confirmed ? e.OccurredAt : ConfirmedAt;
            }
            switch (happened)
            {
                case BookingHeld held:
                    Begin(held, e.OccurredAt);
                    break;
                case BookingExtended extended:
                    ExpiresAt = extended.ExpiresAt.UtcDateTime;
                    break;
                case BookingDatesChanged changed:
                    (CheckIn, CheckOut, Guests, PaymentStatus) = (changed.CheckIn, changed.CheckOut, changed.Guests, changed.PaymentStatus);
                    Cost(changed.Price);
                    break;
                case BookingPaymentRecorded recorded:
                    (Paid, PaymentStatus, RefundDue) = (Currencies.Amount(recorded.Paid), recorded.PaymentStatus, Currencies.Amount(recorded.RefundDue));
                    break;
                case BookingCancelled cancelled:
                    RefundDue = Currencies.Amount(cancelled.RefundDue);
                    break;
                case BookingRefundDue due:
                    RefundDue = Currencies.Amount(due.RefundDue);
                    break;
            }
        }

        void Begin(BookingHeld held, DateTime at)
        {
            (Code, UnitId, GuestId, Channel, Currency) = (held.Code, held.UnitId, held.GuestId, held.Channel, held.Price.Currency);
            (CheckIn, CheckOut, Guests, CreatedAt, ExpiresAt) = (held.CheckIn, held.CheckOut, held.Guests, at, held.ExpiresAt.UtcDateTime);
            (PaymentStatus, Paid, RefundDue) = (Contracts.PaymentStatus.Pending, 0, 0);
            Cost(held.Price);
        }

        void Cost(PriceBreakdown price) => (Total, Deposit) = (Currencies.Amount(price.Total), Currencies.Amount(price.Deposit));

        static string? StatusAfter(IEvent e) => e switch
        {
            BookingHeld => BookingStatus.Held,
            BookingConfirmed => BookingStatus.Confirmed,
            BookingCheckedIn => BookingStatus.CheckedIn,
            BookingCompleted => BookingStatus.Completed,
            BookingNoShow => BookingStatus.NoShow,
            BookingExpired => BookingStatus.Expired,
            BookingCancelled => BookingStatus.Cancelled,
            _ => null,
        };
    }
}
