using System.Text.Json;
using Dvt.Contracts;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>The audit to take away, and the proof that nobody has touched it.</summary>
static class AuditTrail
{
    const string Csv = "text/csv";
    const string Ndjson = "application/x-ndjson";
    const int AtOnce = 1_000;

    /// <summary>Tells the seal that the log stood under when the export began.</summary>
    const string HeadHeader = "Dvt-Audit-Head";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A verification reads a tenant's whole log: more of them at once would be felt by everybody.</summary>
    static readonly SemaphoreSlim Verifying = new(2, 2);

    /// <summary>Filters of the audit, for its list and its export.</summary>
    public static readonly IReadOnlyList<Parameter> Filters =
    [
        new("action", "Such as StartRun."), new("actor", "Such as user:…"),
        new("from", "At this moment or later.", """{"type":"string","format":"date-time"}"""),
        new("to", "Before this moment.", """{"type":"string","format":"date-time"}"""),
    ];

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/audit/export", Permission.ReadAudit, Export, "The audit as one file, streamed") with
        {
            Produces = Csv, Reads = true,
            Description = $"Takes the filters of the list. `format=ndjson` gives a JSON object a line. In CSV a text that would begin a formula has an apostrophe in front. The header `{HeadHeader}` tells the hash of the last seal: kept elsewhere, it can be given to `GET /v1/audit/verify`.",
            Parameters = [new("format", "`csv` unless told.", """{"enum":["csv","ndjson"],"default":"csv"}"""), .. Filters],
        },
        Get("/v1/audit/verify", Permission.ReadAudit, Verify, "Make every seal of the tenant's log again, and compare the audit with the log") with
        {
            Answer = "AuditVerdict", Reads = true, Problems = [Problems.RateLimited, Problems.ViewBehind],
            Description = "`firstFault` names the first entry of the log, row of the audit or seal that is not as it was. What was written within the last seconds may not be sealed yet; `to` tells how far it is.",
            Parameters = [new("head", "A head told earlier, which must still be in the chain.", """{"type":"string","pattern":"^[0-9a-f]{64}$"}""")],
            AnswerExample = """{"ok":true,"entries":48211,"from":"2026-01-05T12:00:00.000000Z","to":"2026-02-01T08:30:11.120311Z","head":"5f2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809","seals":9120}""",
        },
    ];

    public static AuditFilter FilterOf(Call call, int limit, string? cursor) =>
        new(call.Query("action"), call.Query("actor"), call.QueryTime("from"), call.QueryTime("to"), limit, cursor);

    static async Task Export(Call call)
    {
        call.CheckQueryNames();
        var format = call.Query("format") ?? "csv";
        if (format is not ("csv" or "ndjson"))
            throw Call.InvalidParameter("format", "is csv or ndjson");
        await call.MinPositionAsync();
        var head = await call.Backend.Verification.HeadAsync(call.Caller.TenantId, call.Stop);
        await (FileOf(call, isCsv: format == "csv") with { Told = head is null ? null : (HeadHeader, head) }).SendAsync(call);
    }

    static PagedFile<AuditRow> FileOf(Call call, bool isCsv)
    {
        Task<Fresh<Page<AuditRow>>> PageAsync(string? cursor) => call.Backend.Audit.ListAsync(call.Caller.TenantId, FilterOf(call, AtOnce, cursor), call.Stop, AtOnce);
        return isCsv
            ? new($"{Csv}; charset=utf-8", "audit.csv", Header, PageAsync, Line)
            : new(Ndjson, "audit.ndjson", Header: null, PageAsync, entry => JsonSerializer.Serialize(entry, ContractsJson.Options) + "\n");
    }

    static readonly string Header = CsvText.Line("id", "kind", "action", "status", "code", "detail", "resourceType", "resourceId", "actor", "at", "details");

    static string Line(AuditRow e) => CsvText.Line(
        e.Id, e.Kind, e.Action, e.Status, e.Code, e.Detail, e.Resource?.Type, e.Resource?.Id, e.Actor, e.At, e.Details?.GetRawText());

    static async Task Verify(Call call)
    {
        call.CheckQueryNames();
        var head = call.Query("head");
        if (head is not null && (head.Length != 64 || !head.All(char.IsAsciiHexDigitLower)))
            throw Call.InvalidParameter("head", "is 64 hexadecimal digits");
        await call.MinPositionAsync();
        if (!await Verifying.WaitAsync(Patience, call.Stop))
            throw new ProblemException(Problems.RateLimited, "Others are verifying at the moment.") { RetryAfter = (int)Patience.TotalSeconds };
        try
        {
            await call.JsonAsync(call.Told(await call.Backend.Verification.VerifyAsync(call.Caller.TenantId, head, call.Stop)));
        }
        catch (AuditNotReadyException filling)
        {
            throw new ProblemException(Problems.ViewBehind, $"Nothing is verified: {filling.Message}.") { RetryAfter = (int)Patience.TotalSeconds };
        }
        finally
        {
            Verifying.Release();
        }
    }
}
