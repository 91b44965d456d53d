using System.Text.Json;
using Dvt.Client;
using Xunit;

namespace Dvt.Tests.Client;

/// <summary>How the client sends, retries, reads and resumes.</summary>
public sealed class DvtClientTests : IDisposable
{
    const string Run = """{"runId":"r-1","status":"RUNNING","steps":[],"newerThanTheClient":1}""";
    const string Accepted = """{"commandId":"0197a3c4-0000-7000-8000-000000000001","status":"accepted","resource":{"type":"run","id":"r-1"},"links":{}}""";

    static readonly StartRun Hello = new() { PlanRef = new() { PlanId = "hello" }, Input = DvtJson.Of(new { name = "Ana" }) };

    readonly ClientRig rig = new();

    public void Dispose() => rig.Dispose();

    [Fact]
    public async Task An_order_is_sent_with_all_that_was_said()
    {
        rig.Answers(Run, 201, headers: ("Dvt-Position", "p-1"));
        var outcome = await rig.Client.Runs.StartAsync(Hello, new() { IdempotencyKey = "order 77", Wait = TimeSpan.FromSeconds(1.5) });
        var sent = Assert.Single(rig.Requests);
        Assert.Equal(("POST", "/dvt/v1/runs"), (sent.Method, sent.Place));
        Assert.Equal("""{"planRef":{"planId":"hello"},"input":{"name":"Ana"}}""", sent.Body);
        Assert.Equal(("order 77", "wait=2", "dvt_key", "application/json"), (sent.Headers["Idempotency-Key"], sent.Headers["Prefer"], sent.Headers["X-Api-Key"], sent.Headers["Content-Type"]));
        Assert.Equal(("r-1", RunStatus.Running, "p-1"), (outcome.Decided.RunId, outcome.Decided.Status, outcome.Position));
    }

    [Fact]
    public async Task What_is_only_accepted_has_no_value_until_it_is_decided()
    {
        rig.Answers(Accepted, 202).Answers("""{"commandId":"0197a3c4-0000-7000-8000-000000000001","status":"accepted"}""")
            .Answers("""{"commandId":"0197a3c4-0000-7000-8000-000000000001","status":"refused","code":"PLAN_NOT_FOUND"}""");
        var outcome = await rig.Client.Runs.StartAsync(Hello);
        Assert.True(outcome.IsOnlyAccepted);
        Assert.Throws<InvalidOperationException>(() => outcome.Decided);
        var command = await rig.Client.DecidedAsync(outcome.Accepted!);
        Assert.Equal((CommandStatus.Refused, "PLAN_NOT_FOUND"), (command.Status, command.Code));
    }

    [Fact]
    public async Task A_busy_api_is_asked_again_when_it_says_with_the_same_key()
    {
        rig.Answers("{}", 503, headers: ("Retry-After", "7")).Answers("{}", 429, headers: ("Retry-After", "2")).Does(() => throw new HttpRequestException("reset")).Answers(Accepted, 202);
        await rig.Client.Runs.StartAsync(Hello);
        Assert.Equal(4, rig.Requests.Count);
        Assert.True(Guid.TryParse(Assert.Single(rig.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct()), out _));
        Assert.Single(rig.Requests.Select(r => r.Body).Distinct());
        Assert.Equal([TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(2)], rig.Clock.Waits.Take(2));
        Assert.InRange(rig.Clock.Waits[2], TimeSpan.FromMilliseconds(640), TimeSpan.FromMilliseconds(960));
    }

    [Fact]
    public async Task It_gives_up_after_its_retries_and_when_it_would_have_to_wait_too_long()
    {
        for (var i = 0; i < 4; i++)
            rig.Answers("""{"title":"Away","status":503,"code":"unavailable","traceId":"t","type":"x"}""", 503, "application/problem+json");
        var away = await Assert.ThrowsAsync<DvtProblemException>(() => rig.Client.Runs.GetAsync("r-1"));
        Assert.Equal(("unavailable", 4), (away.Code, rig.Requests.Count));
        rig.Answers("{}", 429, headers: ("Retry-After", "3600"));
        var later = await Assert.ThrowsAsync<DvtProblemException>(() => rig.Client.Runs.GetAsync("r-1"));
        Assert.Equal((TimeSpan.FromHours(1), 5), (later.RetryAfter, rig.Requests.Count));
    }

    [Fact]
    public async Task What_may_have_arrived_is_not_sent_again_without_a_key()
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => rig.Client.Plans.ValidateAsync(new() { PlanId = "p", Version = "1.0.0", Steps = [] }));
        Assert.Single(rig.Requests);
    }

    [Fact]
    public async Task An_option_that_an_operation_does_not_know_is_a_fault_of_the_caller()
    {
        Assert.Equal("IfMatch", (await Assert.ThrowsAsync<ArgumentException>(() => rig.Client.Runs.StartAsync(Hello, new() { IfMatch = 3 }))).ParamName);
        Assert.Equal("Wait", (await Assert.ThrowsAsync<ArgumentException>(() => rig.Client.Runs.GetAsync("r-1", new() { Wait = TimeSpan.FromSeconds(1) }))).ParamName);
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Client.Runs.GetAsync(".."));
        Assert.Empty(rig.Requests);
    }

    [Fact]
    public async Task A_refusal_names_every_fault()
    {
        rig.Answers("""
            {"type":"x","title":"The input is not valid","status":422,"code":"invalid_input","traceId":"t",
             "errors":[{"pointer":"/input/name","code":"type","message":"is no string"}]}
            """, 422, "application/problem+json");
        var refused = await Assert.ThrowsAsync<DvtProblemException>(() => rig.Client.Runs.StartAsync(Hello));
        Assert.Equal((422, "invalid_input", "/input/name"), ((int)refused.Status, refused.Code, Assert.Single(refused.Errors).Pointer));
        Assert.Equal("The input is not valid (422 invalid_input); /input/name: is no string (type)", refused.Message);
    }

    [Fact]
    public async Task What_is_no_problem_document_is_told_by_its_status()
    {
        rig.Answers("<html>", 404, "text/html");
        var refused = await Assert.ThrowsAsync<DvtProblemException>(() => rig.Client.Runs.GetAsync("a/b"));
        Assert.Equal((404, ""), ((int)refused.Status, refused.Code));
        Assert.Equal("/dvt/v1/runs/a%2Fb", rig.Requests[0].Place);
    }

    [Fact]
    public async Task A_list_is_fetched_page_after_page_as_it_is_read()
    {
        rig.Answers("""{"items":[{"runId":"1","planId":"p","planVersion":"1","status":"PAUSED"}],"nextCursor":"c 1"}""")
            .Answers("""{"items":[{"runId":"2","planId":"p","planVersion":"1","status":"HIBERNATING"}],"nextCursor":null}""");
        var runs = new List<RunItem>();
        await foreach (var run in rig.Client.Runs.ListAsync(status: RunStatus.Paused, labels: new Dictionary<string, string> { ["a b"] = "1" }, options: new() { MinPosition = "p-1" }))
            runs.Add(run);
        Assert.Equal(
            ["/dvt/v1/runs?status=PAUSED&label.a%20b=1&limit=100&minPosition=p-1", "/dvt/v1/runs?status=PAUSED&label.a%20b=1&limit=100&cursor=c%201&minPosition=p-1"],
            rig.Requests.Select(r => r.Place));
        Assert.Equal(["PAUSED", "HIBERNATING"], runs.Select(r => r.Status.Value));
    }

    [Fact]
    public async Task A_stream_that_breaks_off_is_taken_up_where_it_was_and_ends_with_the_run()
    {
        const string Types = "text/event-stream";
        rig.Answers("id: 1\nevent: RunQueued\ndata: {\"seq\":1,\"type\":\"RunQueued\"}\n\n: beat\n\nid: 2\nevent: RunStarted\ndata: {\"seq\":2}\n\n", type: Types)
            .Does(() => throw new HttpRequestException("reset"))
            .Answers("{}", 503)
            .Answers("event: reset\ndata: {}\n\n", type: Types)
            .Answers("id: 3\nevent: RunCompleted\ndata: {\"seq\":3}\n\nevent: end\ndata: {}\n\n", type: Types);
        var seen = new List<ServerEvent<RunEvent>>();
        await foreach (var happened in rig.Client.Runs.StreamAsync("r-1"))
            seen.Add(happened);
        Assert.Equal([("1", "RunQueued", 1L), ("2", "RunStarted", 2L), ("3", "RunCompleted", 3L)], seen.Select(e => (e.Id!, e.Type, e.Data!.Seq)));
        Assert.Equal(["", "2", "2", "2", "2"], rig.Requests.Select(r => r.Headers.GetValueOrDefault("Last-Event-ID", "")));
    }

    [Fact]
    public async Task A_stream_that_stays_away_ends_with_the_reason_and_one_that_is_refused_at_once()
    {
        await Assert.ThrowsAsync<HttpRequestException>(async () => await ReadAsync());
        Assert.InRange(rig.Requests.Count, 100, 200);
        rig.Answers("{}", 404);
        Assert.Equal(404, (int)(await Assert.ThrowsAsync<DvtProblemException>(async () => await ReadAsync())).Status);
    }

    async Task ReadAsync()
    {
        await foreach (var _ in rig.Client.Runs.StreamAsync("r-1"))
            Assert.Fail("nothing is there to be read");
    }

    [Fact]
    public void A_plan_keeps_what_the_client_does_not_know()
    {
        const string Plan = """{"planId":"p","version":"1.0.0","steps":[{"stepId":"a","kind":"noop","later":1}],"newer":{"x":[1.50]}}""";
        var read = JsonSerializer.Deserialize<Dvt.Client.Plan>(Plan, DvtJson.Options);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Plan), DvtJson.Of(read)));
    }
}
