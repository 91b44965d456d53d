using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging.Messages;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>What guests are told, in the tenant's own words or ours, and how the tenant writes to them.</summary>
static class MessageTemplates
{
    const string Path = "/v1/message-templates";
    const string Settings = "/v1/message-settings";

    const string Example =
        """{"subject":"Reserva confirmada: {{unitName}}","text":"¡Listo, {{firstName}}! Tu reserva {{bookingCode}} está confirmada.\n\nEntrada: {{checkIn}}, desde las {{checkInTime}}"}""";

    const string SettingsExample = """{"language":"es","preArrivalDays":2,"afterStayDays":1,"channels":["whatsapp","email"],"fromName":"Cabañas del Río","replyTo":"hola@cabanas.example"}""";

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get(Path, Permission.ReadMessages, List, "Every template in every language, and the names that it may use") with { Answer = "MessageTemplateList" },
        Get($"{Path}/{{name}}/{{language}}", Permission.ReadMessages, Find, "A template") with { Answer = "MessageTemplate", Problems = [Problems.NotFound] },
        Put($"{Path}/{{name}}/{{language}}", Permission.WriteMessages, Change, "Say it in your own words") with
        {
            Body = "MessageTexts", Answer = "MessageTemplate", Matches = true, Problems = [Problems.NotFound, Problems.PreconditionFailed], Example = Example,
        },
        Delete($"{Path}/{{name}}/{{language}}", Permission.WriteMessages, Forget, "Say it in our words again") with
        {
            Status = 204, Matches = true, Problems = [Problems.NotFound, Problems.PreconditionFailed],
        },
        Post($"{Path}/{{name}}/{{language}}/preview", Permission.ReadMessages, Preview, "What a template comes to, for a booking that does not exist; stores nothing") with
        {
            Body = "MessagePreview", BodyOptional = true, Answer = "RenderedMessage", Problems = [Problems.NotFound], Example = Example,
        },
        Get(Settings, Permission.ReadMessages, FindSettings, "How the tenant writes to its guests") with { Answer = "MessageSettings" },
        Put(Settings, Permission.WriteMessages, ChangeSettings, "Change how the tenant writes to its guests") with
        {
            Body = "MessageSettings", Answer = "MessageSettings", Matches = true, Problems = [Problems.PreconditionFailed], Example = SettingsExample,
        },
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        var own = (await call.Backend.Messages.TemplatesAsync(call.Caller.TenantId, call.Stop)).ToDictionary(t => (t.Name, t.Language));
        await call.JsonAsync(new
        {
            items = from name in MessageNames.All from language in MessageLanguages.All select View(new(name, language), own.GetValueOrDefault((name, language))),
            names = MessageWords.Names.Order(StringComparer.Ordinal),
        });
    }

    static async Task Find(Call call)
    {
        var (template, row) = await KnownAsync(call);
        await TellAsync(call, template, row);
    }

    static async Task Change(Call call)
    {
        var (template, row) = await KnownAsync(call);
        var body = await call.BodyAsync();
        await call.Backend.Mediator.Send(new ChangeTemplate(call.Caller, template, Texts(body.Json), row?.Revision ?? 0, call.IfMatch(), body.Ids), call.Stop);
        await TellAsync(call, template, (await KnownAsync(call)).Row);
    }

    static async Task Forget(Call call)
    {
        var (template, row) = await KnownAsync(call);
        await call.Backend.Mediator.Send(new ChangeTemplate(call.Caller, template, Texts: null, row?.Revision ?? 0, call.IfMatch(), RequestIds.Fresh()), call.Stop);
        await call.NoContentAsync();
    }

    static async Task Preview(Call call)
    {
        var (template, row) = await KnownAsync(call);
        var body = await call.BodyAsync();
        var texts = body.Element("text") is null ? row?.Texts ?? DefaultTexts.Of(template.Name, template.Language) : Texts(body.Json);
        if (TemplateFaults.Of(texts).ToList() is { Count: > 0 } faults)
            throw new ProblemException(Problems.ValidationFailed, "See errors for what cannot be taken.", faults);
        var tenant = await call.Backend.Identity.TenantAsync(call.Caller.TenantId, call.Stop) ?? throw new ProblemException(Problems.NotFound);
        try
        {
            var rendered = Rendering.Render(texts, template.Language, MessageWords.OfSample(tenant.Name, template.Language));
            await call.JsonAsync(new { rendered.Subject, rendered.Text, rendered.Html, rendered.WhatsAppTemplate, rendered.WhatsAppParameters });
        }
        catch (FormatException fault)
        {
            throw new ProblemException(Problems.ValidationFailed, fault.Message, [new("/text", "invalid_template", fault.Message)]);
        }
    }

    static async Task FindSettings(Call call)
    {
        var row = await call.Backend.Messages.SettingsAsync(call.Caller.TenantId, call.Stop);
        call.Tag(row.Revision);
        await call.JsonAsync(row.Settings);
    }

    static async Task ChangeSettings(Call call)
    {
        var body = await call.BodyAsync();
        var known = await call.Backend.Messages.SettingsAsync(call.Caller.TenantId, call.Stop);
        await call.Backend.Mediator.Send(
            new ChangeMessageSettings(call.Caller, ContractsJson.Read<MessageSettings>(body.Json), known.Revision, call.IfMatch(), body.Ids), call.Stop);
        await FindSettings(call);
    }

    static async Task<(TemplateName Template, ReadModels.MessageTemplateRow? Row)> KnownAsync(Call call)
    {
        var template = new TemplateName(call.Route("name"), call.Route("language"));
        if (!MessageNames.All.Contains(template.Name) || !MessageLanguages.All.Contains(template.Language))
            throw new ProblemException(Problems.NotFound);
        var rows = await call.Backend.Messages.TemplatesAsync(call.Caller.TenantId, call.Stop);
        return (template, rows.FirstOrDefault(r => r.Name == template.Name && r.Language == template.Language));
    }

    static async Task TellAsync(Call call, TemplateName template, ReadModels.MessageTemplateRow? row)
    {
        call.Tag(row?.Revision ?? 0);
        await call.JsonAsync(View(template, row));
    }

    static object View(TemplateName template, ReadModels.MessageTemplateRow? row)
    {
        var texts = row?.Texts ?? DefaultTexts.Of(template.Name, template.Language);
        return new
        {
            template.Name,
            template.Language,
            texts.Subject,
            texts.Text,
            texts.Html,
            texts.WhatsApp,
            isDefault = row?.Texts is null,
            revision = row?.Revision ?? 0,
            row?.ChangedAt,
        };
    }

    static MessageTexts Texts(JsonElement body) => ContractsJson.Read<MessageTexts>(body);
}

readonly record struct TemplateName(string Name, string Language);
