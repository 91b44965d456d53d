using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging.Messages;
using MediatR;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Api;

/// <param name="Texts">Null for ours again.</param>
/// <param name="Known">The revision that was read.</param>
/// <param name="Wanted">From <c>If-Match</c>.</param>
sealed record ChangeTemplate(Caller Caller, TemplateName Template, MessageTexts? Texts, long Known, long? Wanted, RequestIds Ids) : IOrder, IRequest<Unit>
{
    public string Permission => Api.Permission.WriteMessages;

    public IEnumerable<Fault> Faults() => Texts is null ? [] : TemplateFaults.Of(Texts);
}

sealed record ChangeMessageSettings(Caller Caller, MessageSettings Settings, long Known, long? Wanted, RequestIds Ids) : IOrder, IRequest<Unit>
{
    public string Permission => Api.Permission.WriteMessages;
}

static class TemplateFaults
{
    public static IEnumerable<Fault> Of(MessageTexts texts) =>
        from part in new[] { ("/subject", texts.Subject), ("/text", texts.Text), ("/html", texts.Html ?? "") }
            .Concat((texts.WhatsApp?.Parameters ?? []).Select((p, at) => ($"/whatsApp/parameters/{at}", p)))
        let fault = TemplateCheck.Fault(part.Item2)
        where fault is not null
        select new Fault(part.Item1, "invalid_template", fault);
}

/// <summary>Settings of a tenant that no rule decides, so the API writes them itself, with their event.</summary>
sealed class ChangeTemplateHandler(IdentityWriter writer) : IRequestHandler<ChangeTemplate, Unit>
{
    public async Task<Unit> Handle(ChangeTemplate request, CancellationToken cancellationToken)
    {
        var (name, language) = request.Template;
        await MessageRevision.WriteAsync(
            writer, request.Caller, request.Ids, request.Known, request.Wanted, $"message-template-{name}-{language}", new MessageTemplateChanged(name, language, request.Texts),
            """
            insert into messages.template (tenant_id, name, language, texts, revision)
            values ($1, $4, $5, $3::jsonb, $2)
            on conflict (tenant_id, name, language) do update
            set texts = excluded.texts,
                revision = excluded.revision,
                changed_at = clock_timestamp()
            """, request.Texts is null ? null : JsonSerializer.Serialize(request.Texts, ContractsJson.Options), [name, language], cancellationToken);
        return Unit.Value;
    }
}

sealed class ChangeMessageSettingsHandler(IdentityWriter writer) : IRequestHandler<ChangeMessageSettings, Unit>
{
    public async Task<Unit> Handle(ChangeMessageSettings request, CancellationToken cancellationToken)
    {
        await MessageRevision.WriteAsync(
            writer, request.Caller, request.Ids, request.Known, request.Wanted, "message-settings", new MessageSettingsChanged(request.Settings),
            """
            insert into messages.settings (tenant_id, settings, revision)
            values ($1, $3::jsonb, $2)
            on conflict (tenant_id) do update
            set settings = excluded.settings,
                revision = excluded.revision,
                changed_at = clock_timestamp()
            """, JsonSerializer.Serialize(request.Settings, ContractsJson.Options), [], cancellationToken);
        return Unit.Value;
    }
}

static class MessageRevision
{
    /// <summary>The event's place in its stream is the revision: of two who change the same one, the second is told.</summary>
    /// <exception cref="ProblemException">It has moved on.</exception>
    public static async Task WriteAsync(
        IdentityWriter writer, Caller caller, RequestIds ids, long known, long? wanted, string stream, IEvent happened, string sql, string? json,
        IReadOnlyList<string> more, CancellationToken stop)
    {
        if (wanted is { } revision && revision != known)
            throw new ProblemException(Problems.PreconditionFailed);
        var row = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                new() { Value = caller.TenantId }, new() { Value = known + 1 },
                new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)json ?? DBNull.Value },
            },
        };
        foreach (var value in more)
            row.Parameters.Add(new() { Value = value });
        try
        {
            await writer.WriteAsync(caller.TenantId, caller.Actor, ids.CommandId, [row], stop, (stream, known + 1, happened));
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new ProblemException(Problems.PreconditionFailed);
        }
    }
}
