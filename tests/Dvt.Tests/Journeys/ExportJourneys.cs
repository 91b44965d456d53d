using System.Net;
using System.Text;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class ExportJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    const string Plan = """
        {"planId":"report","version":"1.0.0","name":"Informe","steps":[
          {"stepId":"greet","kind":"transform","with":{"text":"=HYPERLINK(${input.name})"}},
          {"stepId":"ask","kind":"wait","with":{"signal":"go"}},
          {"stepId":"thank","kind":"noop"}],
         "output":{"text":"${steps.greet.result.text}"}}
        """;

    static async Task<string> EndedRunAsync(ApiClient client)
    {
        await client.PublishAsync(Plan);
        var runId = await client.StartAsync("report", new { name = "<b>Íñigo</b>" });
        await client.SignalAsync(runId, "PAUSE");
        await client.SignalAsync(runId, "RESUME");
        client.Note(await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, $"/v1/runs/{runId}/external-signals", """{"name":"go","payload":{"by":"Luis"}}"""));
        await client.EndsAsync(runId);
        return runId;
    }

    [ServersFact]
    public Task A_run_is_reported_in_every_format() => AsTenantAsync(async client =>
    {
        var runId = await EndedRunAsync(client);
        var history = await client.EventsAsync(runId);

        var json = await client.GetAsync($"/v1/runs/{runId}/export");
        Assert.Equal(history.Select(e => e.GetProperty("eventId").GetString()), json.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("eventId").GetString()));
        Assert.Equal((await client.GetAsync($"/v1/runs/{runId}")).GetProperty("snapshotHash").GetString(), json.GetProperty("verification").GetProperty("snapshotHash").GetString());
        Assert.True(json.GetProperty("verification").GetProperty("isSound").GetBoolean());
        Assert.Equal(["PAUSE", "RESUME"], json.GetProperty("signals").EnumerateArray().Take(2).Select(s => s.GetProperty("data").GetProperty("signalType").GetString()));

        var (csv, csvType) = await client.TextAsync($"/v1/runs/{runId}/export?format=csv");
        Assert.Equal("text/csv", csvType);
        Assert.Equal(history.Count + 1, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);

        var (html, htmlType) = await client.TextAsync($"/v1/runs/{runId}/export?format=html&lang=es");
        Assert.Equal("text/html", htmlType);
        Assert.Contains("Informe de trazabilidad", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.EndsWith("</html>\n", html, StringComparison.Ordinal);

        using var stranger = await ApiClient.TenantAsync(System);
        await stranger.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/v1/runs/{runId}/export?format=html");
        await client.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/v1/runs/{runId}/export?format=docx");
    });

    [ServersFact]
    public Task The_report_is_printed_or_it_is_told_why_not() => AsTenantAsync(async client =>
    {
        var runId = await EndedRunAsync(client);
        if (!File.Exists("/usr/bin/chromium"))
        {
            var refused = await client.ExpectAsync(HttpStatusCode.ServiceUnavailable, HttpMethod.Get, $"/v1/runs/{runId}/export?format=pdf");
            Assert.Equal("pdf_unavailable", refused.GetProperty("code").GetString());
            return;
        }
        var (pdf, type) = await client.BytesAsync($"/v1/runs/{runId}/export?format=pdf&lang=es");
        Assert.Equal("application/pdf", type);
        Assert.Equal("%PDF-", Encoding.ASCII.GetString(pdf, 0, 5));
    });

    [ServersFact]
    public Task The_history_is_a_batch_of_CloudEvents_that_webhooks_tell_too() => AsTenantAsync(async client =>
    {
        var hook = await Receiver.MakeAsync(client, "run.*");
        var runId = await EndedRunAsync(client);
        await hook.HasAsync(5);
        var (text, type) = await client.TextAsync($"/v1/runs/{runId}/events?limit=100", "application/cloudevents-batch+json");
        Assert.Equal("application/cloudevents-batch+json", type);
        var batch = JsonElement.Parse(text).EnumerateArray().ToList();
        Assert.All(batch, e => Assert.Equal("1.0", e.GetProperty("specversion").GetString()));
        foreach (var told in hook.Received.Select(r => JsonElement.Parse(r.Body)))
        {
            var same = batch.Single(e => e.GetProperty("id").GetString() == told.GetProperty("id").GetString());
            foreach (var name in (string[])["source", "type", "time", "datacontenttype"])
                Assert.Equal(told.GetProperty(name).GetString(), same.GetProperty(name).GetString());
        }
    });

    [ServersFact]
    public Task The_list_is_exported_whole_by_its_filters() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var runs = new List<string>();
        for (var n = 0; n < 105; n++)
            runs.Add(await client.StartAsync("inline"));
        foreach (var runId in runs)
            await client.EndsAsync(runId);
        var path = "/v1/runs/export?status=COMPLETED&planId=inline";
        await Eventually.HoldsAsync(async () => (await client.TextAsync(path)).Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length == 106,
            TimeSpan.FromSeconds(30), "the list is not whole");
        var (lines, type) = await client.TextAsync($"{path}&format=ndjson&sort=queuedAt");
        Assert.Equal("application/x-ndjson", type);
        Assert.Equal(runs.Order(), lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(l).GetProperty("runId").GetString()).Order());
        Assert.Equal("runId", (await client.TextAsync("/v1/runs/export?planId=nothing")).Text.Split(',')[0]);
        await client.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/v1/runs/export?state=COMPLETED");
    });
}
