using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>
/// <c>read.audit</c>: what the API did or refused itself, before or beside any command, and what was deleted for good, and
/// answers that came after the end of their run. Of personal
/// data and addresses it keeps nothing.
/// </summary>
sealed class AuditView : IView
{
    /// <summary>Fields that say enough and name nobody.</summary>
    static readonly string[] Told =
        ["roles", "expiresAt", "suspended", "quota", "signalPolicy", "retention", "timeZone", "slug", "userId", "apiKeyId", "dryRun", "name", "eventTypes", "enabled", "origin", "hosts", "reason", "runIds", "deleteAfterDays", "stepId", "attempt", "succeeded"];

    public string Name => "audit";

    public int Version => 4;

    public IReadOnlyCollection<string> DataOf { get; } =
    [
        nameof(TenantCreated), nameof(TenantChanged), nameof(UserCreated), nameof(ApiKeyCreated), nameof(ApiKeyRevoked),
        nameof(LoggedIn), nameof(AccessRefused), nameof(RebuildRequested), nameof(WebhookEndpointCreated), nameof(WebhookEndpointChanged), nameof(WebhookSecretRotated),
        nameof(WebhookEndpointDisabled), nameof(WebhookEndpointDeleted), nameof(SecretSet), nameof(SecretDeleted),
        nameof(HistoriesDeleted), nameof(CompletionOrphaned),
    ];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        var rows = new List<Row>();
        foreach (var e in events)
            if (Takes(e.Slot, e.Stream, e.Type))
                rows.Add(Row.Of(e));
        if (rows.Count == 0)
            return;
        rows.Sort(static (a, b) => a.Event.TenantId.CompareTo(b.Event.TenantId) is var t and not 0 ? t : a.Event.EventId.CompareTo(b.Event.EventId));
        writes.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            insert into {table} (tenant_id, event_id, action, status, code, resource_type, resource_id, actor, at, slot, "offset", details)
            select tenant_id, event_id, action, status, code, resource_type, resource_id, actor, at, slot, "offset", details::jsonb
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
              as a(tenant_id, event_id, action, status, code, resource_type, resource_id, actor, at, slot, "offset", details)
            """)
            .Uuid(rows, r => r.Event.TenantId).Uuid(rows, r => r.Event.EventId).Text(rows, r => r.Action).Text(rows, r => r.Status)
            .Text(rows, r => r.Code).Text(rows, r => r.ResourceType).Text(rows, r => r.ResourceId).Text(rows, r => r.Event.Actor)
            .Time(rows, r => r.Event.OccurredAt).Int(rows, r => r.Event.Slot).Long(rows, r => r.Event.Offset).Text(rows, r => r.Details));
    }

    /// <summary>Whether an event is told in the audit.</summary>
    internal static bool Takes(int slot, string stream, string type) =>
        type is nameof(HistoriesDeleted) or nameof(CompletionOrphaned)
        || (Slot.DomainOf(slot) == Domain.Identity && !stream.StartsWith("command-", StringComparison.Ordinal));

    internal sealed record Row(TailEvent Event, string Action, string Status, string? Code, string? ResourceType, string? ResourceId, string Details)
    {
        public static Row Of(TailEvent e)
        {
            using var document = JsonDocument.Parse(e.Data.Length == 0 ? "{}"u8.ToArray() : e.Data);
            var data = document.RootElement;
            if (e.Type == nameof(AccessRefused))
                return new(e, Text(data, "action") ?? e.Type, Outcome.Refused, Text(data, "code"), null, Text(data, "resourceId"), "{}");
            if (e.Type == nameof(CompletionOrphaned))
                return new(e, e.Type, Outcome.Refused, "ORPHANED_TASK", "run", Text(data, "runId"), Tell(e.Type, data));
            var (type, id) = e.Type switch
            {
                nameof(TenantCreated) or nameof(TenantChanged) => ("tenant", Text(data, "tenantId")),
                nameof(UserCreated) or nameof(LoggedIn) => ("user", Text(data, "userId")),
                nameof(ApiKeyCreated) or nameof(ApiKeyRevoked) => ("api-key", Text(data, "apiKeyId")),
                nameof(WebhookEndpointCreated) or nameof(WebhookEndpointChanged) or nameof(WebhookSecretRotated) or nameof(WebhookEndpointDisabled)
                    or nameof(WebhookEndpointDeleted) => ("webhook-endpoint", Text(data, "endpointId")),
                nameof(SecretSet) or nameof(SecretDeleted) => ("secret", Text(data, "name")),
                nameof(MessageTemplateChanged) => ("message-template", $"{Text(data, "name")}/{Text(data, "language")}"),
                nameof(MessageSettingsChanged) => ("message-settings", null),
                nameof(RebuildRequested) => ("view", Text(data, "view")),
                _ => (null, null),
            };
            return new(e, e.Type, Outcome.Done, null, type, id, Tell(e.Type, data));
        }

        static string Tell(string type, JsonElement data)
        {
            var details = new Dictionary<string, JsonElement>();
            foreach (var name in Told)
                if (!(type == nameof(UserCreated) && name == "name") && data.TryGetProperty(name, out var value))
                    details[name] = value;
            return JsonSerializer.Serialize(details, ContractsJson.Options);
        }

        static string? Text(JsonElement data, string name) =>
            data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
