using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.ReadModels;

/// <param name="NextCursor">Hand it back for what follows; null at the end, and told as that.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? NextCursor);

/// <param name="Position">What the answer reflects, at least.</param>
public sealed record Fresh<T>(T Value, LogPosition Position);

/// <summary>A parameter of a query that cannot be understood.</summary>
/// <param name="parameter">Its name in the query string.</param>
public sealed class InvalidQueryException(string parameter, string message) : Exception(message)
{
    public string Parameter { get; } = parameter;
}

/// <summary>
/// One question of one tenant: sets the tenant, reads the position and then the rows in one round trip and one transaction.
/// </summary>
sealed class TenantQuery : IAsyncDisposable
{
    readonly NpgsqlBatch batch;

    public TenantQuery(NpgsqlDataSource api, Guid tenantId)
    {
        batch = api.CreateBatch();
        batch.BatchCommands.Add(Sql.AsTenant(tenantId));
        // Read before the rows: they may be newer than the position says, never older.
        Add("""select slot, "offset" from read.position()""");
    }

    public TenantQuery Add(string sql, params ReadOnlySpan<object?> parameters)
    {
        batch.BatchCommands.Add(Sql.Command(sql, parameters));
        return this;
    }

    public async Task<Fresh<T>?> FirstAsync<T>(Func<NpgsqlDataReader, T> read, CancellationToken stop) where T : class
    {
        var rows = await ListAsync(read, stop);
        return rows.Value.Count == 0 ? null : new(rows.Value[0], rows.Position);
    }

    public Task<Fresh<IReadOnlyList<T>>> ListAsync<T>(Func<NpgsqlDataReader, T> read, CancellationToken stop) =>
        ReadAsync<IReadOnlyList<T>>(async reader =>
        {
            var rows = new List<T>();
            while (await reader.ReadAsync(stop))
                rows.Add(read(reader));
            return rows;
        }, stop);

    /// <summary>Hands the reader over at the first statement added by the caller.</summary>
    public async Task<Fresh<T>> ReadAsync<T>(Func<NpgsqlDataReader, Task<T>> read, CancellationToken stop)
    {
        await using var reader = await batch.ExecuteReaderAsync(stop);
        await reader.NextResultAsync(stop);
        var position = await ReadPositionAsync(reader, stop);
        await reader.NextResultAsync(stop);
        return new(await read(reader), position);
    }

    public static async Task<LogPosition> ReadPositionAsync(NpgsqlDataReader reader, CancellationToken stop)
    {
        var offsets = new List<KeyValuePair<int, long>>();
        while (await reader.ReadAsync(stop))
            offsets.Add(new(reader.GetInt32(0), reader.GetInt64(1)));
        return new LogPosition(offsets);
    }

    public ValueTask DisposeAsync() => batch.DisposeAsync();
}

static class Rows
{
    public static string? TextOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset Time(this NpgsqlDataReader row, int column) => new(row.GetDateTime(column));

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);
}

/// <summary>Cursors: the sort and the key of the last row, opaque to clients.</summary>
static class Cursor
{
    public const int MaxLimit = 100;

    /// <summary>The first <paramref name="limit"/> of one row more than that, and where to go on.</summary>
    public static Page<T> Cut<T>(IReadOnlyList<T> rows, int limit, Func<T, string> cursorOf) =>
        rows.Count <= limit ? new(rows, null) : new([.. rows.Take(limit)], cursorOf(rows[limit - 1]));

    public static int Limit(int limit, int most = MaxLimit) => limit >= 1 && limit <= most
        ? limit
        : throw new InvalidQueryException("limit", $"limit is a number from 1 to {most}");

    public static string Of(string sort, params ReadOnlySpan<string> key) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{sort}\n{string.Join('\n', key)}"));

    /// <summary>The parts of a key; null without a cursor.</summary>
    /// <exception cref="InvalidQueryException">Not one of ours, or of another sort.</exception>
    public static string[]? Parse(string? cursor, string sort, int parts)
    {
        if (string.IsNullOrEmpty(cursor))
            return null;
        if (cursor.Length > 2048 || !Base64Url.IsValid(cursor))
            throw Invalid();
        var read = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split('\n');
        return read.Length == parts + 1 && read[0] == sort && !read.Any(r => r.Contains('\0')) ? read[1..] : throw Invalid();
    }

    public static InvalidQueryException Invalid() => new("cursor", "the cursor is not one that this list gave out for this sort");

    /// <summary>Microseconds, which is what the database keeps.</summary>
    public static string OfTime(DateTimeOffset time) => (time.UtcTicks / 10).ToString(CultureInfo.InvariantCulture);

    public static DateTime Time(string part) =>
        long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var micros) && micros <= DateTime.MaxValue.Ticks / 10
            ? new DateTime(micros * 10, DateTimeKind.Utc)
            : throw Invalid();
}
