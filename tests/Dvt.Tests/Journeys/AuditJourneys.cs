using System.Net;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

/// <summary>What an auditor does.</summary>
public sealed class AuditJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    static readonly TimeSpan Sealed = TimeSpan.FromSeconds(30);

    /// <summary>Until everything of the tenant is sealed, the verdict.</summary>
    async Task<JsonElement> VerifiedAsync(ApiClient client, string query = "")
    {
        await Eventually.HoldsAsync(
            async () => await System.ReadAsync<long>(
                """select count(*) from log.entry e left join log.sealed d on d.slot = e.slot where e.tenant_id = $1 and e."offset" > coalesce(d."offset", 0)""", client.TenantId) == 0,
            Sealed, "the log is not sealed");
        return await client.GetAsync($"/v1/audit/verify{query}");
    }

    [ServersFact]
    public Task The_audit_is_taken_away_as_a_file_with_its_filters_and_no_formula() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        await client.EndsAsync(await client.StartAsync("inline"));
        using var viewer = await client.WithRoleAsync(Roles.Viewer);
        await viewer.ExpectAsync(HttpStatusCode.Forbidden, HttpMethod.Post, "/v1/runs/=1+1/verify");
        using var auditor = await client.WithRoleAsync(Roles.Auditor);
        await Eventually.HoldsAsync(
            async () => (await auditor.TextAsync("/v1/audit/export")).Text is var all && all.Contains("StartRun", StringComparison.Ordinal) && all.Contains(",'=1+1,", StringComparison.Ordinal),
            Sealed, "the audit lacks the run or the refusal");
        var (csv, type) = await auditor.TextAsync("/v1/audit/export");
        var lines = csv.TrimEnd().Split("\r\n");
        Assert.Equal(("text/csv", "id,kind,action,status,code,detail,resourceType,resourceId,actor,at,details"), (type, lines[0]));
        Assert.All(lines, line => Assert.DoesNotContain(",=", line, StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(",command,StartRun,done,", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(",api,ApiKeyCreated,done,", StringComparison.Ordinal));

        var (ndjson, kind) = await auditor.TextAsync("/v1/audit/export?format=ndjson&action=StartRun");
        var entries = ndjson.TrimEnd().Split('\n').Select(l => JsonElement.Parse(l)).ToList();
        Assert.Equal("application/x-ndjson", kind);
        Assert.NotEmpty(entries);
        Assert.All(entries, e => Assert.Equal("StartRun", e.Text("action")));
        var (list, exported) = ((await auditor.GetAsync("/v1/audit?action=StartRun&limit=100")).GetProperty("items"), entries.Select(e => e.ToString()));
        Assert.Equal(list.EnumerateArray().Select(e => e.ToString()), exported);
        Assert.Equal("", (await auditor.TextAsync("/v1/audit/export?format=ndjson&to=2000-01-01T00:00:00Z")).Text);
    });

    [ServersFact]
    public Task An_export_tells_the_head_and_refuses_what_it_does_not_know() => AsTenantAsync(async client =>
    {
        var head = (await VerifiedAsync(client)).Text("head");
        var (status, _, headers) = await client.SendAsync(HttpMethod.Get, "/v1/audit/export?format=csv");
        Assert.Equal((HttpStatusCode.OK, head), (status, Assert.Single(headers.GetValues("Dvt-Audit-Head"))));
        Assert.True(headers.Contains("Dvt-Position"));
        foreach (var query in (string[])["format=pdf", "format=", "from=yesterday", "colour=red", "limit=5"])
            Assert.Equal("invalid_parameter", (await client.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/v1/audit/export?{query}")).Text("code"));
        foreach (var query in (string[])["head=x", "head=" + "A".PadLeft(64, '0'), "from=2026-01-01T00:00:00Z"])
            Assert.Equal("invalid_parameter", (await client.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/v1/audit/verify?{query}")).Text("code"));
        using var viewer = await client.WithRoleAsync(Roles.Viewer);
        foreach (var path in (string[])["export", "verify"])
            Assert.Equal("forbidden", (await viewer.ExpectAsync(HttpStatusCode.Forbidden, HttpMethod.Get, $"/v1/audit/{path}")).Text("code"));
    });

    [ServersFact]
    public Task Whoever_changes_a_row_is_found_and_a_kept_head_stays_known() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var runId = await client.StartAsync("inline");
        await client.EndsAsync(runId);
        using var auditor = await client.WithRoleAsync(Roles.Auditor);
        var before = await VerifiedAsync(auditor);
        Assert.True(before.GetProperty("ok").GetBoolean(), before.ToString());
        Assert.True(before.GetProperty("entries").GetInt64() > 0);
        await client.EndsAsync(await client.StartAsync("inline"));
        var after = await VerifiedAsync(auditor, $"?head={before.Text("head")}");
        Assert.True(after.GetProperty("ok").GetBoolean(), after.ToString());
        Assert.NotEqual(before.Text("head"), after.Text("head"));

        var refused = await VerifiedAsync(auditor, $"?head={new string('0', 64)}");
        Assert.Equal(("seal", "unknown_head"), (refused.Text("firstFault", "where"), refused.Text("firstFault", "code")));

        var commandId = await System.ReadAsync<Guid>("select command_id from read.command where tenant_id = $1 and type = 'StartRun' and resource_id = $2", client.TenantId, runId);
        await System.ExecuteAsync("update read.command set actor = actor || 'x' where tenant_id = $1 and command_id = $2", client.TenantId, commandId);
        var view = await VerifiedAsync(auditor);
        await System.ExecuteAsync("update read.command set actor = left(actor, -1) where tenant_id = $1 and command_id = $2", client.TenantId, commandId);
        Assert.Equal(("view", "changed", commandId), (view.Text("firstFault", "where"), view.Text("firstFault", "code"), view.GetProperty("firstFault").GetProperty("id").GetGuid()));

        await TamperAsync(client, runId, "actor || 'x'");
        var log = await VerifiedAsync(auditor);
        await TamperAsync(client, runId, "left(actor, -1)");
        Assert.Equal(("log", "changed"), (log.Text("firstFault", "where"), log.Text("firstFault", "code")));
        var offset = await System.ReadAsync<long>("""select min("offset") from log.entry where tenant_id = $1 and stream = 'run-' || $2""", client.TenantId, runId);
        Assert.Equal(offset, log.GetProperty("firstFault").GetProperty("offset").GetInt64());
        Assert.True((await VerifiedAsync(auditor)).GetProperty("ok").GetBoolean());
    });

    /// <summary>As the database's owner, past the trigger.</summary>
    Task TamperAsync(ApiClient client, string runId, string actor) => System.ExecuteAsync(
        $"""
        alter table log.entry disable trigger entry_append_only;
        update log.entry set actor = {actor} where tenant_id = '{client.TenantId}' and stream = 'run-{runId}';
        alter table log.entry enable trigger entry_append_only
        """);
}
