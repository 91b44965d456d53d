using System.Text.Json;
using Xunit;

namespace Dvt.Tests.Cli;

/// <summary>What an answer becomes on the terminal, and the exit code.</summary>
public sealed class AnswerTests
{
    const string Run = """
        {"runId":"r-1","planId":"tour","planVersion":"1.0.0","status":"PAUSED","substatus":"STEP_FAILED","queuedAt":"2026-01-02T03:04:05.678Z",
         "failedStepId":"call","steps":[{"stepId":"greet","kind":"transform","status":"COMPLETED","attempt":1,"startedAt":"2026-01-02T03:04:06Z","endedAt":"2026-01-02T03:04:06Z"},
         {"stepId":"call","kind":"http","status":"FAILED","attempt":2,"error":{"code":"HTTP_STATUS","message":"404"} } ],"output":{"text":"ñ"} }
        """;

    readonly CliRig rig = new();

    [Fact]
    public async Task A_run_is_shown_with_its_steps()
    {
        rig.Answers(Run);
        Assert.Equal(0, await rig.RunAsync("runs", "show", "r-1"));
        Assert.Equal("""
            run          r-1
            plan         tour 1.0.0
            status       PAUSED/STEP_FAILED
            queued       2026-01-02 03:04:05Z
            failed step  call

            STEP   KIND       STATUS     TRY  STARTED               ENDED                 NOTE
            greet  transform  COMPLETED    1  2026-01-02 03:04:06Z  2026-01-02 03:04:06Z
            call   http       FAILED       2                                              HTTP_STATUS: 404

            output
            {
              "text": "ñ"
            }

            """, rig.Output);
    }

    [Fact]
    public async Task As_json_an_answer_is_what_the_api_said()
    {
        rig.Answers(Run);
        Assert.Equal(0, await rig.RunAsync("runs", "show", "r-1", "--json"));
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Run), JsonElement.Parse(rig.Output)));
    }

    [Fact]
    public async Task A_list_goes_on_over_pages_up_to_the_limit()
    {
        rig.Answers(Page(0, 100, "next 1")).Answers(Page(100, 20, "next 2"));
        Assert.Equal(0, await rig.RunAsync("plans", "list", "--limit", "120"));
        Assert.Equal(["/v1/plans?limit=100", "/v1/plans?limit=20&cursor=next%201"], rig.Requests.Select(r => r.Url.PathAndQuery));
        Assert.Equal(121, rig.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("there are more", rig.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_of_a_list_is_one_json_object()
    {
        rig.Answers(Page(0, 100, "c1")).Answers(Page(100, 100, "c2")).Answers(Page(200, 3, null));
        Assert.Equal(0, await rig.RunAsync("plans", "list", "--all", "--json"));
        var list = JsonElement.Parse(rig.Output);
        Assert.Equal(Enumerable.Range(0, 203), list.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("stepCount").GetInt32()));
        Assert.Equal(JsonValueKind.Null, list.GetProperty("nextCursor").ValueKind);
        Assert.Empty(rig.Error);
    }

    [Fact]
    public async Task A_cut_list_tells_in_json_where_to_go_on()
    {
        rig.Answers(Page(0, 2, "a\"b")).Answers(Page(0, 0, null));
        Assert.Equal(0, await rig.RunAsync("plans", "list", "--limit", "2", "--json"));
        Assert.Equal("a\"b", JsonElement.Parse(rig.Output).GetProperty("nextCursor").GetString());
        Assert.Equal(0, await rig.RunAsync("plans", "list", "--cursor", "a\"b", "--json"));
        Assert.Equal("/v1/plans?limit=20&cursor=a%22b", rig.Requests[1].Url.PathAndQuery);
        Assert.Equal(0, JsonElement.Parse(rig.Output).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task An_answer_cannot_speak_to_the_terminal()
    {
        const string Loud = """{"items":[{"name":"a\u001b[31m\u009b\u202Eb\nc","state":"live"}]}""";
        rig.Answers(Loud).Answers(Loud);
        Assert.Equal(0, await rig.RunAsync("projections", "list"));
        Assert.DoesNotContain(rig.Output, c => (char.IsControl(c) && c != '\n') || c == '\u202e');
        Assert.Contains("a?[31m??b?c", rig.Output, StringComparison.Ordinal);
        Assert.Equal(0, await rig.RunAsync("projections", "list", "--json"));
        Assert.DoesNotContain(rig.Output, c => (char.IsControl(c) && c != '\n') || c == '\u202e');
    }

    [Fact]
    public async Task A_refusal_is_told_with_every_fault()
    {
        rig.Input = "{}";
        rig.Answers("""
            {"title":"The plan has faults","status":422,"code":"invalid_plan","detail":"See errors.","traceId":"t",
             "errors":[{"pointer":"/steps/1","code":"unknown_kind","message":"there is no kind fly"},{"pointer":"","code":"x","message":"y"}]}
            """, 422, "application/problem+json");
        Assert.Equal(1, await rig.RunAsync("plans", "publish", "-"));
        Assert.Equal("""
            dvt: The plan has faults (422 invalid_plan)
              See errors.
              /steps/1: there is no kind fly (unknown_kind)
              (all of it): y (x)

            """, rig.Error);
        Assert.Empty(rig.Output);
    }

    [Fact]
    public async Task As_json_a_refusal_is_the_problem_itself()
    {
        rig.Answers("""{"title":"No","status":404,"code":"RUN_NOT_FOUND","traceId":"t"}""", 404, "application/problem+json");
        Assert.Equal(1, await rig.RunAsync("runs", "show", "r-1", "--json"));
        Assert.Equal("RUN_NOT_FOUND", JsonElement.Parse(rig.Error).GetProperty("code").GetString());
        Assert.Empty(rig.Output);
    }

    [Theory]
    [InlineData(1, 429, "application/problem+json", """{"title":"Too many","status":429,"code":"rate_limited","traceId":"t"}""")]
    [InlineData(1, 500, "text/html", "<html>")]
    [InlineData(3, 503, "application/problem+json", """{"title":"Nothing was accepted","status":503,"code":"unavailable","traceId":"t"}""")]
    [InlineData(3, 502, "text/html", "<html>")]
    [InlineData(3, 200, "text/html", "<html>")]
    [InlineData(3, 200, "application/json", "{")]
    [InlineData(1, 302, "text/html", "")]
    public async Task The_exit_code_tells_a_refusal_from_an_api_that_is_not_there(int expected, int status, string type, string body)
    {
        rig.Answers(body, status, type);
        Assert.Equal(expected, await rig.RunAsync("projections", "list"));
        Assert.NotEmpty(rig.Error);
        Assert.DoesNotContain("<html>", rig.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_that_does_not_answer_is_not_reached()
    {
        Assert.Equal(3, await rig.RunAsync("projections", "list"));
        Assert.Equal("dvt: http://api.test:5080/ cannot be reached: Connection refused\n", rig.Error);
    }

    [Fact]
    public async Task A_plan_with_faults_and_a_history_that_does_not_verify_are_told_by_the_exit_code()
    {
        rig.Input = "{}";
        rig.Answers("""{"valid":false,"errors":[{"pointer":"/steps","code":"required","message":"is missing"}]}""");
        Assert.Equal(1, await rig.RunAsync("plans", "validate", "-"));
        Assert.Equal("not valid\n  /steps: is missing (required)\n", rig.Output);
        rig.Answers("""{"equal":false,"seq":9,"liveHash":"a","foldedHash":"b"}""").Answers("""{"equal":true,"seq":9,"liveHash":"a","foldedHash":"a"}""");
        Assert.Equal(4, await rig.RunAsync("runs", "verify", "r-1"));
        Assert.Equal(0, await rig.RunAsync("runs", "verify", "r-1"));
        Assert.Equal("equal   yes\nevents  9\nlive    a\nfolded  a\n", rig.Output);
    }

    [Fact]
    public async Task An_audit_that_does_not_verify_is_bad_news_with_its_first_fault()
    {
        rig.Answers("""{"ok":false,"entries":9,"seals":1,"head":"ab","firstFault":{"where":"log","code":"removed","detail":"gone","slot":3,"offset":41,"seal":2} }""").Answers("""{"ok":true,"entries":9,"seals":1}""");
        Assert.Equal(4, await rig.RunAsync("audit", "verify", "--head", "ab"));
        Assert.Equal("untouched  NO\nentries    9\nhead       ab\nwhere   log\nwhat    removed: gone\nslot    3\noffset  41\nseal    2\n", rig.Output);
        Assert.Equal(0, await rig.RunAsync("audit", "verify"));
        Assert.Equal("/v1/audit/verify?head=ab", rig.Requests[0].Url.PathAndQuery);
    }

    [Fact]
    public async Task A_timeline_is_drawn()
    {
        rig.Answers("""
            {"runId":"r-1","status":"RUNNING","startedAt":"2026-01-02T03:04:00Z","bars":[
             {"stepId":"a","attempt":1,"status":"COMPLETED","startedAt":"2026-01-02T03:04:00Z","endedAt":"2026-01-02T03:04:03Z"},
             {"stepId":"b","attempt":1,"status":"RUNNING","startedAt":"2026-01-02T03:04:03Z"},
             {"stepId":"c","attempt":1,"status":"SKIPPED","startedAt":"2026-01-02T03:04:04Z","endedAt":"2026-01-02T03:04:04Z"}]}
            """);
        Assert.Equal(0, await rig.RunAsync("runs", "timeline", "r-1"));
        Assert.Equal(
            [
                "STEP  TRY  STATUS     SECONDS",
                "a       1  COMPLETED    3.000  |" + new string('=', 36),
                "b       1  RUNNING             |" + new string(' ', 36) + new string('=', 11) + ">",
                "c       1  SKIPPED      0.000  |" + new string(' ', 48) + "=",
            ], rig.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    static string Page(int from, int count, string? next) => JsonSerializer.Serialize(new
    {
        items = Enumerable.Range(from, count).Select(n => new { planId = $"p{n}", version = "1.0.0", state = "draft", stepCount = n }),
        nextCursor = next,
    });
}
