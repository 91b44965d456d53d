using System.Text;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Webhooks;

/// <summary>An event of the log with what endpoints are told besides.</summary>
/// <param name="PlanId">Of a run, from its first event; null for other streams.</param>
sealed record ToldEvent(
    int Slot, long Offset, Guid TenantId, string Stream, long Seq, string Type, string Data, Guid EventId, string? CorrelationId, string Actor,
    DateTimeOffset OccurredAt, DateTimeOffset RecordedAt, string? PlanId, string? PlanVersion)
{
    const string RunPrefix = "run-";

    public string? RunId => Stream.StartsWith(RunPrefix, StringComparison.Ordinal) ? Stream[RunPrefix.Length..] : null;
}

/// <summary>
/// Events as CloudEvents 1.0, structured. <c>data</c> of our own events has the names of <c>GET …/events</c>; that of an emitted
/// event is what the plan says, and so is its type.
/// </summary>
/// <param name="Name">What subscriptions are compared with.</param>
/// <param name="Id">Of the CloudEvent, and the header <c>webhook-id</c>.</param>
sealed record EventBody(string Name, Guid Id, string Body)
{
    /// <summary>In bytes; what is larger is told without the event's own fields.</summary>
    public const int MostData = 256 * 1024;

    static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };

    /// <summary>Null when nobody outside is told of it.</summary>
    public static EventBody? Of(ToldEvent e)
    {
        using var document = JsonDocument.Parse(e.Data, Deep);
        var fields = document.RootElement;
        if (e.Type == EventTypes.Emitted)
            return Text(fields, "type") is { } custom ? Emitted(e, custom, fields) : null;
        // A failed compensation that is tried again is nobody's news; one that stays undone is.
        if (e.Type == nameof(StepCompensationFailed) && !(fields.TryGetProperty("final", out var final) && final.ValueKind == JsonValueKind.True))
            return null;
        var name = EventTypes.NameOf(e.Type);
        return new(name, e.EventId, Write(e, e.EventId, EventTypes.Prefix + name, fields, json => Ours(json, e, fields)));
    }

    static EventBody Emitted(ToldEvent e, string type, JsonElement fields)
    {
        var id = Guid.TryParse(Text(fields, "eventId"), out var given) ? given : e.EventId;
        return new(type, id, Write(e, id, type, fields, json =>
        {
            if (fields.TryGetProperty("data", out var data) && Encoding.UTF8.GetByteCount(data.GetRawText()) <= MostData)
                data.WriteTo(json);
            else
                json.WriteNullValue();
        }));
    }

    static string Write(ToldEvent e, Guid id, string type, JsonElement fields, Action<Utf8JsonWriter> data)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = ContractsJson.Options.Encoder, MaxDepth = 260 }))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", id);
            json.WriteString("source", Source(e.TenantId, e.RunId));
            json.WriteString("type", type);
            if ((Text(fields, "subject") ?? Text(fields, "stepId") ?? (e.RunId is null ? e.Stream : null)) is { } subject)
                json.WriteString("subject", subject);
            if (Text(fields, "dataSchema") is { } schema)
                json.WriteString("dataschema", schema);
            json.WriteString("time", e.OccurredAt);
            json.WriteString("datacontenttype", "application/json");
            json.WritePropertyName("data");
            data(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>The same as in the batch that <c>GET …/events</c> gives.</summary>
    static string Source(Guid tenantId, string? runId) =>
        runId is null ? $"/v1/tenants/{tenantId}" : $"/v1/tenants/{tenantId}/runs/{Uri.EscapeDataString(runId)}";

    static void Ours(Utf8JsonWriter json, ToldEvent e, JsonElement fields)
    {
        json.WriteStartObject();
        json.WriteString("type", e.Type);
        json.WriteNumber("seq", e.Seq);
        if (e.RunId is { } runId)
            json.WriteString("runId", runId);
        if (e.PlanId is { } planId)
            json.WriteString("planId", planId);
        if (e.PlanVersion is { } version)
            json.WriteString("planVersion", version);
        if (Text(fields, "stepId") is { } stepId)
            json.WriteString("stepId", stepId);
        json.WriteString("actor", e.Actor);
        if (e.CorrelationId is { } correlation)
            json.WriteString("correlationId", correlation);
        json.WriteString("occurredAt", e.OccurredAt);
        json.WriteString("recordedAt", e.RecordedAt);
        if (Encoding.UTF8.GetByteCount(e.Data) <= MostData)
        {
            json.WritePropertyName("data");
            PersonalDataCodec.Readable(fields).WriteTo(json);
        }
        else
            json.WriteBoolean("dataTooLarge", true);
        json.WriteEndObject();
    }

    static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
