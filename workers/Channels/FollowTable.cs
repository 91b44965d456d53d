using System.Collections.Frozen;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Channels;

/// <summary>The SQL that turns the log into notices: what is known, what is owed and the checkpoint are one transaction.</summary>
sealed class FollowTable(NpgsqlDataSource postgres, PersonalDataCodec codec)
{
    /// <summary>Offsets of one slot looked at in one transaction.</summary>
    const int PerSlot = 500;

    static readonly FrozenSet<string> Types = new[]
    {
        nameof(UnitCreated), nameof(UnitChanged), nameof(BookingHeld), nameof(BookingConfirmed), nameof(BookingCancelled), nameof(BookingExtended),
        nameof(BookingDatesChanged), nameof(BookingCheckedIn), nameof(BookingCompleted), nameof(BookingNoShow), nameof(BookingExpired),
        nameof(BookingPaymentRecorded), nameof(BookingRefundDue),
    }.ToFrozenSet();

    /// <returns>How many offsets it moved on.</returns>
    public async Task<long> StepAsync(Func<SeenState, List<NewNotice>> take, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var slots = await TakeSlotsAsync(connection, stop);
        if (slots.Count == 0)
            return 0;
        var events = await EventsAsync(connection, slots, stop);
        if (events.Count > 0)
        {
            var known = await KnownAsync(connection, events, stop);
            var owed = take(known);
            await StoreAsync(connection, known, owed, stop);
        }
        await AdvanceAsync(connection, slots, stop);
        await transaction.CommitAsync(stop);
        return slots.Sum(s => s.UpTo - s.After);
    }

    static async Task<List<(int Slot, long After, long UpTo)>> TakeSlotsAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select c.slot, c."offset", least(s.head, c."offset" + $1)
            from messages.checkpoint c
            join log.slot s on s.slot = c.slot
            where s.head > c."offset"
              and s.domain = 'bookings'
            order by c.slot
            for no key update of c skip locked
            """, connection)
        { Parameters = { new() { Value = (long)PerSlot } } };
        await using var row = await command.ExecuteReaderAsync(stop);
        var slots = new List<(int, long, long)>();
        while (await row.ReadAsync(stop))
            slots.Add((row.GetInt32(0), row.GetInt64(1), row.GetInt64(2)));
        return slots;
    }

    static async Task<List<SeenEvent>> EventsAsync(NpgsqlConnection connection, List<(int Slot, long After, long UpTo)> slots, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select e.slot, e."offset", e.count, e.tenant_id, e.stream, e.recorded_at, e.events
            from log.tail($1, $2, $3) e
            order by e.slot, e."offset"
            """, connection)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Integer, slots.Select(s => s.Slot).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, slots.Select(s => s.After).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, slots.Select(s => s.UpTo).ToArray()),
            },
        };
        await using var row = await command.ExecuteReaderAsync(stop);
        var events = new List<SeenEvent>();
        while (await row.ReadAsync(stop))
        {
            var slot = slots.Find(s => s.Slot == row.GetInt32(0));
            Read(row, slot.After, slot.UpTo, events);
        }
        return events;
    }

    static void Read(NpgsqlDataReader row, long after, long upTo, List<SeenEvent> into)
    {
        var offset = row.GetInt64(1) - row.GetInt32(2);
        var entry = new LogEntryReader(row.GetFieldValue<byte[]>(6));
        while (entry.Next())
            if (++offset > after && offset <= upTo && Types.Contains(entry.Type))
                into.Add(new(row.GetGuid(3), row.GetString(4), entry.Type, JsonElement.Parse(entry.Data), new DateTimeOffset(row.GetDateTime(5))));
    }

    async Task<SeenState> KnownAsync(NpgsqlConnection connection, List<SeenEvent> events, CancellationToken stop)
    {
        var bookings = await StatesAsync<BookingSeen>(connection, "booking", events, BookingSeen.Prefix, stop);
        var held = events.Where(e => e.Type == nameof(BookingHeld)).ToList();
        var units = await StatesAsync<UnitSeen>(connection, "unit", [.. bookings.Select(b => (b.Key.TenantId, b.Value.UnitId)), .. held.Select(h => (h.TenantId, h.Data.GetProperty("unitId").GetGuid()))], stop);
        var addresses = new Dictionary<(Guid, Guid), IReadOnlyList<string>>();
        foreach (var e in held)
            addresses[(e.TenantId, e.Data.GetProperty("bookingId").GetGuid())] = await AddressesAsync(connection, e, stop);
        return new SeenState(events, units, bookings, await SettingsAsync(connection, [.. events.Select(e => e.TenantId).Distinct()], stop), addresses);
    }

    /// <summary>Nowhere, once the person has been erased.</summary>
    async Task<IReadOnlyList<string>> AddressesAsync(NpgsqlConnection connection, SeenEvent held, CancellationToken stop)
    {
        var guest = await codec.DecodeAsync(held.Data.GetProperty("guest"), held.TenantId, held.Data.GetProperty("guestId").GetString()!, connection, stop);
        return guest is null ? [] : GuestAddress.ChannelsOf(guest.Deserialize<Guest>(ContractsJson.Options)!);
    }

    static Task<Dictionary<(Guid TenantId, Guid Id), T>> StatesAsync<T>(NpgsqlConnection connection, string table, List<SeenEvent> events, string prefix, CancellationToken stop) =>
        StatesAsync<T>(connection, table, [.. events.Where(e => e.Stream.StartsWith(prefix, StringComparison.Ordinal)).Select(e => (e.TenantId, Guid.Parse(e.Stream.AsSpan(prefix.Length))))], stop);

    static async Task<Dictionary<(Guid TenantId, Guid Id), T>> StatesAsync<T>(
        NpgsqlConnection connection, string table, IReadOnlyCollection<(Guid TenantId, Guid Id)> ids, CancellationToken stop)
    {
        var distinct = ids.Distinct().ToList();
        await using var command = new NpgsqlCommand(
            $"""
            select k.tenant_id, k.id, t.state::text
            from unnest($1, $2) as k(tenant_id, id)
            join messages.{table} t on t.tenant_id = k.tenant_id
              and t.{table}_id = k.id
            """, connection)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, distinct.Select(i => i.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, distinct.Select(i => i.Id).ToArray()),
            },
        };
        await using var row = await command.ExecuteReaderAsync(stop);
        var states = new Dictionary<(Guid, Guid), T>();
        while (await row.ReadAsync(stop))
            states[(row.GetGuid(0), row.GetGuid(1))] = JsonSerializer.Deserialize<T>(row.GetString(2), ContractsJson.Options)!;
        return states;
    }

    static async Task<Dictionary<Guid, MessageSettings>> SettingsAsync(NpgsqlConnection connection, Guid[] tenants, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("select tenant_id, settings::text from messages.settings where tenant_id = any ($1)", connection)
        { Parameters = { EventLog.Array(NpgsqlDbType.Uuid, tenants) } };
        await using var row = await command.ExecuteReaderAsync(stop);
        var settings = new Dictionary<Guid, MessageSettings>();
        while (await row.ReadAsync(stop))
            settings[row.GetGuid(0)] = JsonSerializer.Deserialize<MessageSettings>(row.GetString(1), ContractsJson.Options)!;
        return settings;
    }

    static async Task StoreAsync(NpgsqlConnection connection, SeenState known, List<NewNotice> owed, CancellationToken stop)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Save("unit", known.Units));
        batch.BatchCommands.Add(Save("booking", known.Bookings));
        if (owed.Count > 0)
            batch.BatchCommands.Add(NoticeTable.Insert(owed));
        await batch.ExecuteNonQueryAsync(stop);
    }

    static NpgsqlBatchCommand Save<T>(string table, Dictionary<(Guid TenantId, Guid Id), T> states) => new(
        $"""
        insert into messages.{table} (tenant_id, {table}_id, state)
        select tenant_id, id, state::jsonb
        from unnest($1, $2, $3) as s(tenant_id, id, state)
        on conflict (tenant_id, {table}_id) do update
        set state = excluded.state
        """)
    {
        Parameters =
        {
            EventLog.Array(NpgsqlDbType.Uuid, states.Keys.Select(k => k.TenantId).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, states.Keys.Select(k => k.Id).ToArray()),
            EventLog.Array(NpgsqlDbType.Text, states.Values.Select(v => JsonSerializer.Serialize(v, ContractsJson.Options)).ToArray()),
        },
    };

    static async Task AdvanceAsync(NpgsqlConnection connection, List<(int Slot, long After, long UpTo)> slots, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            update messages.checkpoint c
            set "offset" = m.upto
            from unnest($1, $2) as m(slot, upto)
            where c.slot = m.slot
            """, connection)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Integer, slots.Select(s => s.Slot).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, slots.Select(s => s.UpTo).ToArray()),
            },
        };
        await command.ExecuteNonQueryAsync(stop);
    }
}
