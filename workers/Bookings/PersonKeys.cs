using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Bookings;

/// <summary>The persons of a batch and the keys that what is said of them is encrypted with.</summary>
sealed class PersonKeys(IReadOnlyList<Delivery> batch, PersonalDataCodec codec)
{
    readonly Dictionary<(Guid TenantId, Guid PersonId), byte[]> known = [];
    readonly Dictionary<(Guid TenantId, Guid PersonId), byte[]> made = [];
    readonly HashSet<(Guid TenantId, Guid PersonId)> used = [];
    readonly List<(Guid TenantId, Guid PersonId)> wanted =
        [.. batch.Where(d => d.Envelope.Type == nameof(HoldBooking)).Select(d => (d.Envelope.TenantId, Of(codec, d))).Distinct()];

    /// <summary>The same for the same phone or email; without either, nobody but the guest of this booking.</summary>
    public Guid Of(Delivery delivery) => Of(codec, delivery);

    static Guid Of(PersonalDataCodec codec, Delivery delivery)
    {
        var command = ContractsJson.Read<HoldBooking>(delivery.Envelope.Body);
        return GuestContact.Of(command.Guest) is { } contact ? codec.PersonOf(delivery.Envelope.TenantId, contact) : command.BookingId;
    }

    /// <summary>Adds a statement; <see cref="ReadAsync"/> reads its result.</summary>
    public void AddLoad(NpgsqlBatch statement) => statement.BatchCommands.Add(new NpgsqlBatchCommand(
        """
        select p.tenant_id, p.person_id, p.wrapped
        from unnest($1, $2) as k(tenant_id, person_id)
        join pipeline.person_key p using (tenant_id, person_id)
        """)
    {
        Parameters =
        {
            EventLog.Array(NpgsqlDbType.Uuid, wanted.Select(w => w.TenantId).ToArray()),
            EventLog.Array(NpgsqlDbType.Text, wanted.Select(w => w.PersonId.ToString()).ToArray()),
        },
    });

    public async Task ReadAsync(NpgsqlDataReader reader, CancellationToken stop)
    {
        while (await reader.ReadAsync(stop))
            known[(reader.GetGuid(0), Guid.Parse(reader.GetString(1)))] = codec.Unwrap(reader.GetFieldValue<byte[]>(2));
        await reader.NextResultAsync(stop);
    }

    public string Encode(IEvent e, Guid tenantId)
    {
        var keys = new Dictionary<string, byte[]>();
        if (e is BookingHeld held)
            keys[held.GuestId.ToString()] = KeyOf((tenantId, held.GuestId));
        return PersonalDataCodec.Encode(e, keys);
    }

    byte[] KeyOf((Guid TenantId, Guid PersonId) person)
    {
        if (known.TryGetValue(person, out var key))
        {
            if (!made.ContainsKey(person))
                used.Add(person);
            return key;
        }
        (key, made[person]) = codec.NewKey();
        return known[person] = key;
    }

    /// <summary>Whoever comes back has another key.</summary>
    /// <returns>False when there was none.</returns>
    public bool Forget(Guid tenantId, Guid personId)
    {
        made.Remove((tenantId, personId));
        used.Remove((tenantId, personId));
        return known.Remove((tenantId, personId));
    }

    /// <summary>
    /// The primary key settles the race of two workers over one person. A key that is used stays until the commit, or an erasure in between
    /// would leave in clear what is said here; one that is gone already fails the transaction.
    /// </summary>
    public void AddTo(NpgsqlBatch statement)
    {
        if (used.Count > 0)
            statement.BatchCommands.Add(new NpgsqlBatchCommand(
                """
                select log.expect(count(*), $3, 'pipeline.person_key')
                from (
                  select
                  from unnest($1, $2) as k(tenant_id, person_id)
                  join pipeline.person_key p using (tenant_id, person_id)
                  for key share of p
                ) kept
                """)
            {
                Parameters =
                {
                    EventLog.Array(NpgsqlDbType.Uuid, used.Select(u => u.TenantId).ToArray()),
                    EventLog.Array(NpgsqlDbType.Text, used.Select(u => u.PersonId.ToString()).ToArray()),
                    new() { Value = (long)used.Count },
                },
            });
        if (made.Count == 0)
            return;
        var ordered = made.OrderBy(m => m.Key.TenantId).ThenBy(m => m.Key.PersonId).ToList();
        statement.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            insert into pipeline.person_key (tenant_id, person_id, wrapped)
            select *
            from unnest($1, $2, $3)
            """)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, ordered.Select(m => m.Key.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, ordered.Select(m => m.Key.PersonId.ToString()).ToArray()),
                EventLog.Array(NpgsqlDbType.Bytea, ordered.Select(m => m.Value).ToArray()),
            },
        });
    }
}
