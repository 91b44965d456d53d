using System.Globalization;
using Dvt.Engine.Schedules;
using Dvt.Lodging.Conversations;
using Dvt.Lodging.Understanding;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>What would be understood of a guest's message.</summary>
static class Analyses
{
    const int PageSize = 100;

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/nlu/analyze", Permission.ReadUnits, Analyze, "Tell what is understood of a guest's message") with
        {
            Body = "AnalyzeText", Answer = "Understood",
            Description = "Nothing is stored. Without `timeZone` it is the tenant's. Of two intents in one message the first of change, cancel, availability, book, price, services, pay is told.",
            Example = """{"text":"Hola, ¿hay lugar del 15/12 al 18/12 para 2 adultos y un bebé?","now":"2026-11-25T14:00:00Z","timeZone":"America/Santo_Domingo"}""",
            AnswerExample = """{"intent":"availability","checkIn":"2026-12-15","checkOut":"2026-12-18","guests":3,"language":"es","confidence":0.9}""",
        },
    ];

    static async Task Analyze(Call call)
    {
        call.CheckQueryNames();
        var body = await call.BodyAsync();
        var timeZone = body.Text("timeZone") ?? (await call.Backend.Identity.TenantAsync(call.Caller.TenantId, call.Stop))?.TimeZone ?? "UTC";
        if (!Occurrences.TryZone(timeZone, out var zone))
            throw new ProblemException(Problems.ValidationFailed, faults: [new("/timeZone", "unknown_time_zone", "is no IANA time zone, such as America/Santo_Domingo")]);
        var understood = GuestText.Read(body.Text("text")!, Moment(body) ?? call.Backend.Clock.GetUtcNow(), zone, await NamesAsync(call));
        await call.JsonAsync(new
        {
            intent = understood.Intent.ToString().ToLowerInvariant(),
            understood.CheckIn,
            understood.CheckOut,
            understood.Guests,
            understood.Unit,
            understood.Language,
            understood.Confidence,
        });
    }

    static DateTimeOffset? Moment(RequestBody body) => body.Text("now") is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) && moment.Year is >= 1970 and < 2200 ? moment
        : throw new ProblemException(Problems.ValidationFailed, faults: [new("/now", "format", "is no RFC 3339 time from 1970 to 2199")]);

    /// <summary>Names that a message may mean: of as many units as conversations know.</summary>
    static async Task<List<string>> NamesAsync(Call call)
    {
        var names = new List<string>();
        for (string? cursor = null; names.Count < House.MostUnits;)
        {
            var page = (await call.Backend.Units.ListAsync(call.Caller.TenantId, active: true, PageSize, cursor, call.Stop)).Value;
            names.AddRange(page.Items.Select(u => u.Definition.Name));
            if ((cursor = page.NextCursor) is null)
                break;
        }
        return names;
    }
}
