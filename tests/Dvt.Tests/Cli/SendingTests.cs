using Xunit;

namespace Dvt.Tests.Cli;

/// <summary>What a command line becomes on the wire.</summary>
public sealed class SendingTests
{
    const string Accepted = """{"commandId":"c-1","status":"accepted","resource":{"type":"run","id":"r-1"},"links":{}}""";

    readonly CliRig rig = new();

    [Theory]
    [InlineData("GET /v1/plans?state=draft&q=a%20b&limit=20", "plans", "list", "--state", "draft", "--search", "a b")]
    [InlineData("GET /v1/plans/hello", "plans", "show", "hello")]
    [InlineData("GET /v1/plans/hello/versions/1.0.0", "plans", "show", "hello", "1.0.0")]
    [InlineData("POST /v1/plans/hello/versions/1.0.0/publish", "plans", "publish", "hello", "1.0.0")]
    [InlineData("POST /v1/plans/hello/versions/1.0.0/archive", "plans", "archive", "hello", "1.0.0")]
    [InlineData("POST /v1/plans?publish=true", "plans", "publish", "-")]
    [InlineData("POST /v1/plans", "plans", "draft", "-")]
    [InlineData("PUT /v1/plans/p/versions/2.0.0", "plans", "draft", "-", "--replace")]
    [InlineData("POST /v1/plans/validate", "plans", "validate", "-")]
    [InlineData("POST /v1/runs", "runs", "start", "hello")]
    [InlineData("GET /v1/runs?status=PAUSED&planId=p&label.a=1&label.b%20c=2%3D3&sort=-queuedAt&limit=7",
        "runs", "list", "--status", "PAUSED", "--plan", "p", "--label", "a=1", "--label", "b c=2=3", "--sort", "-queuedAt", "--limit", "7")]
    [InlineData("GET /v1/runs/a%2Fb%3Fc", "runs", "show", "a/b?c")]
    [InlineData("GET /v1/runs/r-1/timeline", "runs", "timeline", "r-1")]
    [InlineData("POST /v1/runs/r-1/verify", "runs", "verify", "r-1")]
    [InlineData("POST /v1/runs/r-1/repair", "runs", "repair", "r-1")]
    [InlineData("POST /v1/runs/r-1/signals", "signals", "send", "r-1", "CANCEL")]
    [InlineData("POST /v1/runs/r-1/external-signals", "signals", "send", "r-1", "--external", "go")]
    [InlineData("GET /v1/dead-letters?status=open&type=StartRun&errorGroup=g&limit=20", "dead-letters", "list", "--status", "open", "--type", "StartRun", "--error-group", "g")]
    [InlineData("POST /v1/dead-letters/0197a3c4-0000-7000-8000-000000000001/replay", "dead-letters", "replay", "0197a3c4-0000-7000-8000-000000000001")]
    [InlineData("GET /v1/projections", "projections", "list")]
    [InlineData("GET /v1/runs/r-1/signals?limit=20", "signals", "list", "r-1")]
    [InlineData("POST /v1/runs/r-1/signals/s-1/approve", "signals", "approve", "r-1", "s-1")]
    [InlineData("POST /v1/runs/r-1/signals/s-1/reject", "signals", "reject", "r-1", "s-1", "--reason", "wrong run")]
    [InlineData("GET /v1/approvals?mine=true&role=finance&limit=20", "approvals", "list", "--mine", "--role", "finance")]
    [InlineData("POST /v1/runs/r-1/approvals/ok", "approvals", "approve", "r-1", "ok")]
    [InlineData("POST /v1/runs/bulk-signals", "bulk", "signal", "pause", "--plan", "p", "--dry-run")]
    [InlineData("GET /v1/bulk-jobs?limit=20", "bulk", "list")]
    [InlineData("GET /v1/bulk-jobs/j-1", "bulk", "status", "j-1")]
    [InlineData("GET /v1/bulk-jobs/j-1/results?limit=20", "bulk", "results", "j-1")]
    [InlineData("POST /v1/bulk-jobs/j-1/undo", "bulk", "undo", "j-1")]
    [InlineData("GET /v1/webhook-endpoints?limit=20", "webhooks", "list")]
    [InlineData("POST /v1/webhook-endpoints", "webhooks", "create", "https://crm.example/dvt")]
    [InlineData("PATCH /v1/webhook-endpoints/0197a3c4-0000-7000-8000-000000000001", "webhooks", "disable", "0197a3c4-0000-7000-8000-000000000001")]
    [InlineData("POST /v1/webhook-endpoints/0197a3c4-0000-7000-8000-000000000001/test", "webhooks", "test", "0197a3c4-0000-7000-8000-000000000001")]
    [InlineData("POST /v1/webhook-endpoints/0197a3c4-0000-7000-8000-000000000001/rotate-secret", "webhooks", "rotate-secret", "0197a3c4-0000-7000-8000-000000000001")]
    [InlineData("GET /v1/webhook-endpoints/0197a3c4-0000-7000-8000-000000000001/deliveries?status=failed&limit=20", "webhooks", "deliveries", "0197a3c4-0000-7000-8000-000000000001", "--status", "failed")]
    [InlineData("POST /v1/webhook-endpoints/0197a3c4-0000-7000-8000-000000000001/deliveries/0197a3c4-0000-7000-8000-000000000001/retry", "webhooks", "retry", "0197a3c4-0000-7000-8000-000000000001", "0197a3c4-0000-7000-8000-000000000001")]
    [InlineData("GET /v1/runs/r-1/export?format=html&lang=es", "runs", "export", "r-1", "--format", "html", "--lang", "es")]
    [InlineData("GET /v1/runs/export?format=csv&status=FAILED&label.a=1", "runs", "export", "--format", "csv", "--status", "FAILED", "--label", "a=1")]
    [InlineData("GET /v1/schedules?planId=p&enabled=false&limit=20", "schedules", "list", "--plan", "p", "--paused")]
    [InlineData("GET /v1/schedules/s-1", "schedules", "show", "s-1")]
    [InlineData("POST /v1/schedules", "schedules", "create", "p", "0 9 * * *")]
    [InlineData("PATCH /v1/schedules/s-1", "schedules", "change", "s-1", "--cron", "0 8 * * *")]
    [InlineData("POST /v1/schedules/s-1/pause", "schedules", "pause", "s-1")]
    [InlineData("POST /v1/schedules/s-1/resume", "schedules", "resume", "s-1")]
    [InlineData("POST /v1/schedules/s-1/trigger", "schedules", "trigger", "s-1")]
    [InlineData("POST /v1/schedules/s-1/backfill", "schedules", "backfill", "s-1", "--from", "2025-01-01T00:00:00Z", "--to", "2025-02-01T00:00:00Z")]
    [InlineData("DELETE /v1/schedules/s-1", "schedules", "delete", "s-1")]
    [InlineData("GET /v1/schedules/s-1/next?count=3&after=2025-01-01T00%3A00%3A00Z", "schedules", "next", "s-1", "--count", "3", "--after", "2025-01-01T00:00:00Z")]
    [InlineData("GET /v1/schedules/s-1/occurrences?limit=5", "schedules", "occurrences", "s-1", "--limit", "5")]
    [InlineData("GET /v1/audit?action=StartRun&actor=user%3Aa&limit=20", "audit", "list", "--action", "StartRun", "--actor", "user:a")]
    [InlineData("GET /v1/audit/export?format=ndjson&actor=user%3Aa", "audit", "export", "--format", "ndjson", "--actor", "user:a")]
    [InlineData("POST /v1/users", "users", "create", "ana@demo.example", "--name", "Ana", "--role", "viewer")]
    [InlineData("GET /v1/api-keys?limit=20", "keys", "list")]
    [InlineData("DELETE /v1/api-keys/0197a3c4-0000-7000-8000-000000000001", "keys", "revoke", "0197a3c4-0000-7000-8000-000000000001")]
    [InlineData("POST /v1/tenants", "tenants", "create", "sunrise", "--name", "Sunrise", "--admin-email", "ana@sunrise.example")]
    [InlineData("PATCH /v1/tenants/0197a3c4-0000-7000-8000-000000000001", "tenants", "suspend", "0197a3c4-0000-7000-8000-000000000001")]
    [InlineData("POST /v1/projections/run/rebuild", "projections", "rebuild", "run")]
    public async Task A_command_calls_its_endpoint(string expected, params string[] arguments)
    {
        rig.Input = """{"planId":"p","version":"2.0.0"}""";
        rig.Answers("""{"items":[],"valid":true,"equal":true}""");
        Assert.Equal(0, await rig.RunAsync(arguments));
        var sent = Assert.Single(rig.Requests);
        Assert.Equal(expected, $"{sent.Method} {sent.Url.PathAndQuery}");
    }

    [Fact]
    public async Task A_run_starts_with_all_that_was_said()
    {
        rig.Input = """{"n":1.50,"big":12345678901234567890}""";
        rig.Answers(Accepted, 202);
        Assert.Equal(0, await rig.RunAsync(
            "runs", "start", "hello", "--version", "1.2.0", "--input", "-", "--run-id", "r-1", "--label", "channel=@web", "--priority", "7", "--correlation-id", "c", "--idempotency-key", "k 1"));
        var sent = Assert.Single(rig.Requests);
        Assert.Equal(
            """{"planRef":{"planId":"hello","version":"1.2.0"},"runId":"r-1","input":{"n":1.50,"big":12345678901234567890},"context":{"labels":{"channel":"@web"},"priority":7,"correlationId":"c"}}""",
            sent.Body);
        Assert.Equal("k 1", sent.Headers["Idempotency-Key"]);
        Assert.Equal("application/json", sent.Headers["Content-Type"]);
        Assert.False(sent.Headers.ContainsKey("Prefer"));
        Assert.Equal("accepted: run r-1, command c-1\n", rig.Output);
    }

    [Theory]
    [InlineData("""{"planRef":{"planId":"p","version":"1.0.0"},"cron":"0 9 * * *","timeZone":"Europe/Madrid","input":{"a":1},"catchUp":"last","jitter":"PT5M","enabled":false}""",
        "schedules", "create", "p", "0 9 * * *", "--version", "1.0.0", "--time-zone", "Europe/Madrid", "--input", "-", "--catch-up", "last", "--jitter", "PT5M", "--paused")]
    [InlineData("""{"name":"late","cron":"0 8 * * *"}""", "schedules", "change", "s-1", "--cron", "0 8 * * *", "--name", "late")]
    [InlineData("""{"from":"2025-01-01T00:00:00Z","to":"2025-02-01T00:00:00Z"}""",
        "schedules", "backfill", "s-1", "--from", "2025-01-01T00:00:00Z", "--to", "2025-02-01T00:00:00Z")]
    [InlineData("""{"email":"a@b.example","name":"Ana","roles":["viewer","operator"]}""", "users", "create", "a@b.example", "--name", "Ana", "--role", "viewer", "--role", "operator")]
    [InlineData("""{"name":"night","roles":["operator"],"expiresAt":"2030-01-01T00:00:00Z"}""", "keys", "create", "night", "--role", "operator", "--expires", "2030-01-01T00:00:00Z")]
    [InlineData("""{"quota":{"requestsPerSecond":5,"burst":9},"httpAllow":["crm:8443"]}""",
        "tenants", "change", "0197a3c4-0000-7000-8000-000000000001", "--requests-per-second", "5", "--burst", "9", "--http-allow", "crm:8443")]
    [InlineData("""{"filter":{"status":"RUNNING","planId":"p","labels":{"a":"1"}},"type":"EMERGENCY_STOP","reason":"fire","ratePerSecond":5}""",
        "bulk", "signal", "emergency-stop", "--status", "RUNNING", "--plan", "p", "--label", "a=1", "--reason", "fire", "--rate", "5")]
    [InlineData("""{"planRef":{"planId":"p"},"inputs":[{"a":1}],"context":{"labels":{"day":"1"}}}""", "bulk", "start", "p", "-", "--label", "day=1")]
    [InlineData("""{"decision":"deny","comment":"too much"}""", "approvals", "deny", "r-1", "ok", "--comment", "too much")]
    [InlineData("""{"url":"https://crm.example/","eventTypes":["run.*"],"description":"CRM"}""", "webhooks", "create", "https://crm.example/", "--type", "run.*", "--description", "CRM")]
    [InlineData("""{"overlapSeconds":60}""", "webhooks", "rotate-secret", "0197a3c4-0000-7000-8000-000000000001", "--overlap", "60")]
    [InlineData("""{"planRef":{"planId":"p","version":"1.0.0"},"input":{"a":1},"seed":7}""", "plans", "simulate", "p", "--stored", "--version", "1.0.0", "--input", "-", "--seed", "7")]
    [InlineData("""{"suspended":true}""", "tenants", "suspend", "0197a3c4-0000-7000-8000-000000000001")]
    public async Task What_was_said_is_sent(string expected, params string[] arguments)
    {
        rig.Input = """{"a":1}""";
        rig.Answers("""{"status":"COMPLETED"}""");
        Assert.Equal(0, await rig.RunAsync(arguments));
        Assert.Equal(expected, Assert.Single(rig.Requests).Body);
    }

    [Fact]
    public async Task A_table_of_inputs_becomes_a_run_for_each_row_a_thousand_a_request()
    {
        rig.Input = "name,amount:json,\"a \"\"b\"\"\"\r\n\"Ana, María\",1.50,\"two\nlines\"\r\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"n{i},{i},\n"));
        rig.Answers("""{"bulkJobId":"j-1"}""", 202).Answers("""{"bulkJobId":"j-2"}""", 202);
        Assert.Equal(0, await rig.RunAsync("bulk", "start", "p", "-", "--csv", "--idempotency-key", "file"));
        Assert.Equal(["file-0", "file-1"], rig.Requests.Select(r => r.Headers["Idempotency-Key"]));
        Assert.StartsWith("""{"planRef":{"planId":"p"},"inputs":[{"name":"Ana, María","amount":1.50,"a \"b\"":"two\nlines"},{"name":"n0","amount":0,"a \"b\"":""},""", rig.Requests[0].Body, StringComparison.Ordinal);
        Assert.Equal("""{"planRef":{"planId":"p"},"inputs":[{"name":"n999","amount":999,"a \"b\"":""}]}""", rig.Requests[1].Body);
        Assert.Equal("accepted: 1000 runs, job j-1\naccepted: 1 runs, job j-2\n1001 runs in all\n", rig.Output);
    }

    [Theory]
    [InlineData("a\n1,2\n", "row 2 has 2 fields", "--csv")]
    [InlineData("a:json\n{\n", "is no JSON", "--csv")]
    [InlineData("{}\n{\n", "line 2")]
    [InlineData("\n", "has no line")]
    public async Task Inputs_that_cannot_be_read_start_nothing(string input, string told, params string[] more)
    {
        rig.Input = input;
        Assert.Equal(2, await rig.RunAsync(["bulk", "start", "p", "-", .. more]));
        Assert.Contains(told, rig.Error, StringComparison.Ordinal);
        Assert.Empty(rig.Requests);
    }

    [Fact]
    public async Task A_report_goes_into_a_file_byte_for_byte()
    {
        using var folder = new Dvt.Tests.Launcher.TemporaryFolder();
        rig.Does(() => new HttpResponseMessage { Content = new ByteArrayContent([0x25, 0x50, 0xFF, 0x00]) });
        Assert.Equal(0, await rig.RunAsync("runs", "export", "r-1", "--format", "pdf", "--output", folder.At("r.pdf")));
        Assert.Equal([0x25, 0x50, 0xFF, 0x00], await File.ReadAllBytesAsync(folder.At("r.pdf")));
        Assert.Equal(2, await rig.RunAsync("runs", "export", "r-1", "--format", "pdf"));
        Assert.Single(rig.Requests);
    }

    [Fact]
    public async Task Waiting_asks_for_the_outcome_and_says_when_it_did_not_come()
    {
        rig.Answers(Accepted, 202);
        Assert.Equal(5, await rig.RunAsync("runs", "start", "hello", "--wait"));
        Assert.Equal("wait=30", rig.Requests[0].Headers["Prefer"]);
    }

    [Fact]
    public async Task A_plan_is_sent_as_it_stands_in_the_file()
    {
        const string Plan = "{ \"planId\":\"p\",\n \"planId\":\"twice\" }";
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "\uFEFF" + Plan);
        rig.Answers("{}", 201);
        Assert.Equal(0, await rig.RunAsync("plans", "draft", file));
        File.Delete(file);
        Assert.Equal(Plan, rig.Requests[0].Body);
    }

    [Fact]
    public async Task A_revision_is_an_etag()
    {
        rig.Answers("{}");
        Assert.Equal(0, await rig.RunAsync("plans", "publish", "hello", "1.0.0", "--if-match", "4"));
        Assert.Equal("\"4\"", rig.Requests[0].Headers["If-Match"]);
    }

    [Theory]
    [InlineData("""{"type":"PAUSE","reason":"lunch"}""", "", "PAUSE", "--reason", "lunch")]
    [InlineData("""{"type":"EMERGENCY_STOP","signalId":"s"}""", "", "emergency-stop", "--signal-id", "s")]
    [InlineData("""{"type":"RETRY_STEP","payload":{"stepId":"call","input":{"url":"u"}}}""", """{"input":{"url":"u"}}""", "RETRY_STEP", "--step", "call", "--payload", "-")]
    [InlineData("""{"type":"RETRY_RUN","payload":{"fromStep":"b"}}""", "", "retry-run", "--from-step", "b")]
    [InlineData("""{"type":"SKIP_STEP","payload":{"stepId":"call"}}""", "", "SKIP_STEP", "--step", "call")]
    [InlineData("""{"name":"go","payload":[1,2]}""", "[1,2]", "--external", "go", "--payload", "-")]
    public async Task A_signal_says_what_the_options_say(string expected, string input, params string[] arguments)
    {
        rig.Input = input;
        rig.Answers(Accepted, 202);
        Assert.Equal(0, await rig.RunAsync(["signals", "send", "r-1", .. arguments]));
        Assert.Equal(expected, rig.Requests[0].Body);
    }

    [Fact]
    public async Task A_dead_letter_is_replayed_with_another_body_and_discarded_with_a_reason()
    {
        const string Id = "0197a3c4-0000-7000-8000-000000000001";
        rig.Input = """{"runId":"r-1"}""";
        rig.Answers(Accepted, 202).Answers(Accepted, 202);
        Assert.Equal(0, await rig.RunAsync("dead-letters", "replay", Id, "--body", "-"));
        Assert.Equal(0, await rig.RunAsync("dead-letters", "discard", Id, "--reason", "no \"use\""));
        Assert.Equal("""{"body":{"runId":"r-1"}}""", rig.Requests[0].Body);
        Assert.Equal("""{"reason":"no \"use\""}""", rig.Requests[1].Body);
    }

    [Theory]
    [InlineData("runs")]
    [InlineData("runs", "fly")]
    [InlineData("runs", "start")]
    [InlineData("runs", "list", "--limit", "many")]
    [InlineData("runs", "list", "--limit", "0")]
    [InlineData("runs", "list", "--label", "novalue")]
    [InlineData("runs", "show", "..")]
    [InlineData("runs", "show", "")]
    [InlineData("runs", "wait", "r-1", "--timeout", "0")]
    [InlineData("runs", "start", "p", "--input", "/nowhere/at/all.json")]
    [InlineData("runs", "start", "p", "--input", "-")]
    [InlineData("runs", "start", "p", "--idempotency-key", "ñ")]
    [InlineData("plans", "draft", "/nowhere/at/all.json")]
    [InlineData("signals", "send", "r-1")]
    [InlineData("signals", "send", "r-1", "PAUSE", "--external", "go")]
    [InlineData("signals", "send", "r-1", "--external", "go", "--step", "s")]
    [InlineData("dead-letters", "show", "no-id")]
    [InlineData("dead-letters", "discard", "0197a3c4-0000-7000-8000-000000000001")]
    [InlineData("completion", "fish")]
    public async Task What_is_not_understood_is_said_and_nothing_sent(params string[] arguments)
    {
        rig.Input = "{broken";
        Assert.Equal(2, await rig.RunAsync(arguments));
        Assert.Empty(rig.Requests);
        Assert.NotEmpty(rig.Error);
        Assert.Empty(rig.Output);
    }
}
