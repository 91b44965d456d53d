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
    [InlineData("GET /v1/runs?status=PAUSED&planId=p&sort=-queuedAt&label.a=1&label.b%20c=2%3D3&limit=7",
        "runs", "list", "--status", "PAUSED", "--plan", "p", "--label", "a=1", "--label", "b c=2=3", "--sort", "-queuedAt", "--limit", "7")]
    [InlineData("GET /v1/runs/a%2Fb%3Fc", "runs", "show", "a/b?c")]
    [InlineData("GET /v1/runs/r-1/timeline", "runs", "timeline", "r-1")]
    [InlineData("POST /v1/runs/r-1/verify", "runs", "verify", "r-1")]
    [InlineData("POST /v1/runs/r-1/signals", "signals", "send", "r-1", "CANCEL")]
    [InlineData("POST /v1/runs/r-1/external-signals", "signals", "send", "r-1", "--external", "go")]
    [InlineData("GET /v1/dead-letters?status=open&type=StartRun&errorGroup=g&limit=20", "dead-letters", "list", "--status", "open", "--type", "StartRun", "--error-group", "g")]
    [InlineData("POST /v1/dead-letters/0197a3c4-0000-7000-8000-000000000001/replay", "dead-letters", "replay", "0197a3c4-0000-7000-8000-000000000001")]
    [InlineData("GET /v1/projections", "projections", "list")]
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
