using Dvt.Pipeline;
using Npgsql;

namespace Dvt.ReadModels;

public sealed partial class RunQueries
{
    /// <summary>Per plan and span of time, oldest first.</summary>
    /// <param name="by"><c>minute</c>, <c>hour</c> or <c>day</c>, in UTC.</param>
    /// <param name="planId">Null for all plans.</param>
    /// <param name="to">Exclusive.</param>
    public async Task<Fresh<IReadOnlyList<RunMinute>>> ThroughputAsync(
        Guid tenantId, string? planId, DateTimeOffset from, DateTimeOffset to, string by, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        if (by == "minute")
        {
            // The rows as they are kept, in the order of their key.
            query.Add(
                """
                select minute, plan_id, started::bigint, completed::bigint, failed::bigint, cancelled::bigint, step_failures::bigint,
                  step_retries::bigint, duration_sum_ms::bigint, duration_max_ms
                from read.run_minute
                where tenant_id = $1
                  and minute >= $2
                  and minute < $3
                  and ($4 is null or plan_id = $4)
                order by minute, plan_id
                """, tenantId, from.UtcDateTime, to.UtcDateTime, Sql.Text(planId));
            return await ListAsync(query, stop);
        }
        // Whole hours have rows of their own; what hangs over at either end comes from the minutes.
        var (firstHour, lastHour) = (Hour(from.AddTicks(TimeSpan.TicksPerHour - 1)), Hour(to));
        if (firstHour > lastHour)
            firstHour = lastHour = to;
        query.Add(
            $"""
            select date_trunc($5, at, 'UTC') as span, plan_id, sum(started)::bigint, sum(completed)::bigint, sum(failed)::bigint,
              sum(cancelled)::bigint, sum(step_failures)::bigint, sum(step_retries)::bigint, sum(duration_sum_ms)::bigint, max(duration_max_ms)
            from (
              {Part("minute", "$2", "$6")}
              union all
              {Part("hour", "$6", "$7")}
              union all
              {Part("minute", "$7", "$3")}
            ) part
            group by span, plan_id
            order by span, plan_id
            """, tenantId, from.UtcDateTime, to.UtcDateTime, Sql.Text(planId), by,
            firstHour.UtcDateTime, lastHour.UtcDateTime);
        return await ListAsync(query, stop);
    }

    static Task<Fresh<IReadOnlyList<RunMinute>>> ListAsync(TenantQuery query, CancellationToken stop) => query.ListAsync(
        static row => new RunMinute(row.Time(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5),
            row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.GetInt64(9)), stop);

    static DateTimeOffset Hour(DateTimeOffset at) => new(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerHour, TimeSpan.Zero);

    static string Part(string span, string from, string to) =>
        $"""
        select {span} as at, plan_id, started, completed, failed, cancelled, step_failures, step_retries, duration_sum_ms, duration_max_ms
        from read.run_{span}
        where tenant_id = $1
          and {span} >= {from}
          and {span} < {to}
          and ($4 is null or plan_id = $4)
        """;
}
