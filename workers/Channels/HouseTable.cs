using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging;
using Dvt.Lodging.Conversations;
using Npgsql;

namespace Dvt.Workers.Channels;

/// <summary>What a tenant has to offer at this moment, read from what bookings know; whether it is still so, they decide.</summary>
static class HouseTable
{
    public static async Task<House> LoadAsync(NpgsqlDataSource postgres, Guid tenantId, PaymentLink? payments, DateTimeOffset now, CancellationToken stop)
    {
        await using var batch = postgres.CreateBatch();
        foreach (var sql in (string[])[
            """
            select u.unit_id, u.definition
            from bookings.unit u
            where u.tenant_id = $1
              and (u.definition ->> 'active')::boolean
            order by u.definition ->> 'name', u.unit_id
            limit $2
            """,
            """
            select c.unit_id, c.claim_id, c.holder, lower(c.stay), upper(c.stay)
            from bookings.claim c
            where c.tenant_id = $1
              and upper(c.stay) > current_date - 2
            """])
        {
            var command = new NpgsqlBatchCommand(sql) { Parameters = { new() { Value = tenantId } } };
            if (batch.BatchCommands.Count == 0)
                command.Parameters.Add(new() { Value = House.MostUnits });
            batch.BatchCommands.Add(command);
        }
        await using var reader = await batch.ExecuteReaderAsync(stop);
        var units = new List<OpenUnit>();
        while (await reader.ReadAsync(stop))
            units.Add(OpenUnit.Of(reader.GetGuid(0), JsonSerializer.Deserialize<UnitDefinition>(reader.GetString(1), ContractsJson.Options)!));
        await reader.NextResultAsync(stop);
        var byId = units.ToDictionary(u => u.UnitId);
        while (await reader.ReadAsync(stop))
            if (byId.TryGetValue(reader.GetGuid(0), out var unit))
                unit.Taken.Take(reader.GetGuid(1), reader.GetGuid(2), new Stay(reader.GetFieldValue<DateOnly>(3), reader.GetFieldValue<DateOnly>(4)));
        return new House(tenantId, units, payments, now);
    }
}
