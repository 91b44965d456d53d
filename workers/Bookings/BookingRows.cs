using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Bookings;

/// <summary>How bookings are stored. One that moved on since it was read, or whose code is taken, fails the transaction.</summary>
static class BookingRows
{
    public static void AddSave(NpgsqlBatch statement, IReadOnlyCollection<BookingRow> changed)
    {
        var rows = changed.OrderBy(r => r.TenantId).ThenBy(r => r.Booking.BookingId).ToList();
        AddInsert(statement, rows.FindAll(r => r.StoredSeq == 0));
        AddUpdate(statement, rows.FindAll(r => r.StoredSeq > 0));
        GuestTable.AddNew(statement, rows.FindAll(r => r.NewGuest is not null));
    }

    static void AddInsert(NpgsqlBatch statement, List<BookingRow> rows)
    {
        if (rows.Count > 0)
            statement.BatchCommands.Add(Filled(
                $"""
                insert into bookings.booking (tenant_id, booking_id, seq, status, expires_at, state, unit_id, code, command_id)
                select tenant_id, booking_id, seq, status, expires_at, state::json, unit_id, code, command_id
                from {Sql.Rows("tenant_id, booking_id, seq, status, expires_at, state, unit_id, code, command_id")} n
                """, rows,
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.Booking.UnitId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.Booking.Code).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.CommandId).ToArray())));
    }

    static void AddUpdate(NpgsqlBatch statement, List<BookingRow> rows)
    {
        if (rows.Count > 0)
            statement.BatchCommands.Add(Filled(
                $"""
                with moved as (
                  update bookings.booking b
                  set seq = n.seq, status = n.status, expires_at = n.expires_at, state = n.state::json
                  from {Sql.Rows("tenant_id, booking_id, seq, status, expires_at, state, read_seq")} n
                  where b.tenant_id = n.tenant_id
                    and b.booking_id = n.booking_id
                    and b.seq = n.read_seq
                  returning 1
                )
                select log.expect((select count(*) from moved), $8, 'bookings.booking')
                """, rows,
                EventLog.Array(NpgsqlDbType.Bigint, rows.Select(r => r.StoredSeq).ToArray()),
                new() { Value = (long)rows.Count }));
    }

    static NpgsqlBatchCommand Filled(string sql, List<BookingRow> rows, params ReadOnlySpan<NpgsqlParameter> more)
    {
        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.Booking.BookingId).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, rows.Select(r => r.Seq).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.Booking.Status).ToArray()),
                EventLog.Array(NpgsqlDbType.TimestampTz, rows.Select(r => r.Booking.ExpiresAt.UtcDateTime).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => JsonSerializer.Serialize(r.Booking, ContractsJson.Options)).ToArray()),
            },
        };
        foreach (var parameter in more)
            command.Parameters.Add(parameter);
        return command;
    }
}
