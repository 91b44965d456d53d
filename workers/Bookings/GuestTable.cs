using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Bookings;

/// <summary>The SQL of <c>bookings.guest</c>: who stays, in clear, until the person is erased.</summary>
static class GuestTable
{
    public static void AddNew(NpgsqlBatch statement, List<BookingRow> rows)
    {
        if (rows.Count == 0)
            return;
        statement.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            insert into bookings.guest (tenant_id, booking_id, guest_id, name, phone, email, document, note)
            select *
            from unnest($1, $2, $3, $4, $5, $6, $7, $8)
            """)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.Booking.BookingId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.Booking.GuestId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.NewGuest!.Name).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.NewGuest!.Phone).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.NewGuest!.Email).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.NewGuest!.Document).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.NewGuest!.Note).ToArray()),
            },
        });
    }
}
