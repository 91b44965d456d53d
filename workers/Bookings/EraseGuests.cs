using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Bookings;

/// <summary><see cref="EraseGuest"/>: deletes the person's key, so that no event can be read for who it was about, and what stands in clear.</summary>
sealed class EraseGuests(IReadOnlyList<Delivery> batch)
{
    readonly List<(Guid TenantId, Guid GuestId)> wanted =
        [.. batch.Where(d => d.Envelope.Type == nameof(EraseGuest)).Select(d => (d.Envelope.TenantId, Guid.Parse(d.Envelope.Key))).Distinct()];

    readonly Dictionary<(Guid TenantId, Guid GuestId), (bool IsKnown, long Seq)> stored = [];
    readonly List<(Guid TenantId, Guid GuestId)> erased = [];

    /// <summary>Adds a statement; <see cref="ReadAsync"/> reads its result.</summary>
    public void AddLoad(NpgsqlBatch statement) => statement.BatchCommands.Add(Filled(
        """
        select k.tenant_id, k.guest_id,
          exists (select from pipeline.person_key p where p.tenant_id = k.tenant_id and p.person_id = k.guest_id::text)
            or exists (select from bookings.guest g where g.tenant_id = k.tenant_id and g.guest_id = k.guest_id),
          coalesce((select max(e.first_seq + e.count - 1) from log.entry e where e.tenant_id = k.tenant_id and e.stream = 'guest-' || k.guest_id), 0)
        from unnest($1, $2) as k(tenant_id, guest_id)
        """, wanted));

    public async Task ReadAsync(NpgsqlDataReader reader, CancellationToken stop)
    {
        while (await reader.ReadAsync(stop))
            stored[(reader.GetGuid(0), reader.GetGuid(1))] = (reader.GetBoolean(2), reader.GetInt64(3));
        await reader.NextResultAsync(stop);
    }

    public void Decide(BookingBatch work, Delivery delivery, DateTimeOffset now)
    {
        var guest = (delivery.Envelope.TenantId, Guid.Parse(delivery.Envelope.Key));
        var (isKnown, seq) = stored[guest];
        if (work.Forget(guest.TenantId, guest.Item2) || isKnown)
        {
            stored[guest] = (false, seq + 1);
            erased.Add(guest);
            work.Happened(delivery, $"guest-{guest.Item2}", seq + 1, new GuestErased(guest.Item2), now);
        }
        else if (seq > 0)
            work.Done(delivery);
        else
            work.Refuse(delivery, new("guest_not_found", $"nothing is known of a guest {guest.Item2}"));
    }

    /// <summary>Keys first: that waits for holds which use them, so that what those say of the person is seen afterwards.</summary>
    public void AddTo(NpgsqlBatch statement)
    {
        if (erased.Count == 0)
            return;
        var ordered = erased.Distinct().Order().ToList();
        statement.BatchCommands.Add(Filled(
            """
            delete from pipeline.person_key p
            using unnest($1, $2) as k(tenant_id, guest_id)
            where p.tenant_id = k.tenant_id
              and p.person_id = k.guest_id::text
            """, ordered));
        statement.BatchCommands.Add(Filled(
            """
            delete from bookings.guest g
            using unnest($1, $2) as k(tenant_id, guest_id)
            where g.tenant_id = k.tenant_id
              and g.guest_id = k.guest_id
            """, ordered));
    }

    static NpgsqlBatchCommand Filled(string sql, List<(Guid TenantId, Guid GuestId)> guests) => new(sql)
    {
        Parameters =
        {
            EventLog.Array(NpgsqlDbType.Uuid, guests.Select(g => g.TenantId).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, guests.Select(g => g.GuestId).ToArray()),
        },
    };
}
