using System.Text;
using System.Text.Json;

namespace Dvt.Pipeline;

/// <summary>
/// A row of the log: events of one stream that one commit wrote one after another, for the same command and at the same
/// moment. As text <c>[["RunQueued",{…}],…]</c>.
/// </summary>
public static class LogEntry
{
    /// <summary>Events of one entry at the most, so that reading from within a stream reads little that is not wanted.</summary>
    public const int MaxEvents = 256;

    /// <summary>True when the event may stand in the entry that the event before it is in.</summary>
    public static bool Continues(NewEvent before, NewEvent e) =>
        e.Seq == before.Seq + 1 && e.Slot == before.Slot && e.TenantId == before.TenantId && e.Stream == before.Stream
        && e.CommandId == before.CommandId && e.OccurredAt == before.OccurredAt && e.Actor == before.Actor && e.CorrelationId == before.CorrelationId;

    /// <summary>The entry's text.</summary>
    public static string Text(StringBuilder buffer, IReadOnlyList<NewEvent> events, int from, int to)
    {
        buffer.Clear().Append('[');
        for (var i = from; i < to; i++)
            buffer.Append(i == from ? "[\"" : ",[\"").Append(events[i].Type).Append("\",").Append(events[i].Data).Append(']');
        return buffer.Append(']').ToString();
    }
}

/// <summary>Walks through the events of an entry without building documents.</summary>
public ref struct LogEntryReader(ReadOnlySpan<byte> entry)
{
    static readonly JsonReaderOptions Deep = new() { MaxDepth = 1024 };

    readonly ReadOnlySpan<byte> entry = entry;
    Utf8JsonReader reader = Begin(entry);
    ReadOnlySpan<byte> type;
    int dataFrom;
    int dataTo;

    /// <summary>Name of the event's record.</summary>
    public readonly string Type => Encoding.UTF8.GetString(type);

    /// <summary>The event as JSON, UTF-8.</summary>
    public readonly ReadOnlySpan<byte> Data => entry[dataFrom..dataTo];

    /// <summary>Where <see cref="Data"/> is within the entry.</summary>
    public readonly Range Place => dataFrom..dataTo;

    /// <summary>Goes to the next event; false behind the last.</summary>
    public bool Next()
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
            return false;
        reader.Read();
        type = reader.ValueSpan;
        reader.Read();
        dataFrom = (int)reader.TokenStartIndex;
        reader.Skip();
        dataTo = (int)reader.BytesConsumed;
        reader.Read();
        return true;
    }

    static Utf8JsonReader Begin(ReadOnlySpan<byte> entry)
    {
        var reader = new Utf8JsonReader(entry, Deep);
        reader.Read();
        return reader;
    }
}
