using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>Cursors of lists in the order in which things were made.</summary>
static class Cursors
{
    public static string Of(DateTime createdAt, Guid id) =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes($"{createdAt.Ticks:x}.{id:n}"));

    /// <summary>Before everything without a cursor.</summary>
    public static (DateTime CreatedAt, Guid Id) Parse(string? cursor)
    {
        if (cursor is null)
            return (DateTime.UnixEpoch, Guid.Empty);
        if (cursor.Length <= 128 && Base64Url.IsValid(cursor)
            && Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor)).Split('.') is [var ticks, var id]
            && long.TryParse(ticks, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var read)
            && read >= 0 && read <= DateTime.MaxValue.Ticks && Guid.TryParseExact(id, "N", out var guid))
            return (new DateTime(read, DateTimeKind.Utc), guid);
        throw new ProblemException(Problems.InvalidCursor);
    }

    /// <summary>Cuts one row more than asked for into a page.</summary>
    public static Page<T> Page<T>(List<T> rows, int limit, Func<T, string> cursorOf) =>
        new([.. rows.Take(limit)], rows.Count > limit ? cursorOf(rows[limit - 1]) : null);
}
