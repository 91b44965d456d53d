using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

/// <summary>Signals that change what a run works with.</summary>
public sealed class SteeringTests
{
    const string Sequence = """
        [{"stepId":"a","kind":"call","with":{"word":"${input.word}"},"onError":"park","retry":{"maxAttempts":1}},
         {"stepId":"b","kind":"call","with":{"word":"${input.word}","a":"${steps.a.result}"}}]
        """;

    static Scenario Started(string steps = Sequence, string more = "", string input = """{"word":"old","kept":1}""")
    {
        var run = Of(steps, more);
        run.Start(input);
        return run;
    }

    [Fact]
    public void New_params_reach_what_has_not_started_and_leave_what_was_evaluated()
    {
        var run = Started();
        Assert.Equal(["SignalAccepted", "RunInputChanged"], Told(run.Signal(SignalTypes.UpdateParams, """{"params":{"word":"new"}}""")));
        Assert.Equal("""{"word":"old"}""", run.Calls[0].Input.GetRawText());
        run.Complete("a", "1");
        Assert.Equal("""{"a":1,"word":"new"}""", run.Calls[1].Input.GetRawText());
        Assert.Equal("""{"kept":1,"word":"new"}""", run.Run.Input.GetRawText());
    }

    [Fact]
    public void A_new_attempt_reads_the_new_params()
    {
        var run = Started();
        run.Fail("a");
        run.Signal(SignalTypes.UpdateParams, """{"params":{"word":"new"}}""");
        Assert.Equal("PAUSED", StatusNames.Of(run.Run.Status));
        run.Signal(SignalTypes.RetryStep, """{"stepId":"a"}""");
        Assert.Equal("""{"word":"new"}""", run.Calls[^1].Input.GetRawText());
    }

    [Fact]
    public void Params_that_break_the_plan_s_schema_are_refused_with_the_place_and_change_nothing()
    {
        var run = Started(more: ""","inputSchema":{"type":"object","properties":{"word":{"type":"string"}},"required":["word"]}""");
        var refused = run.Signal(SignalTypes.UpdateParams, """{"params":{"word":7}}""");
        Assert.Equal("SIGNAL_INVALID_PAYLOAD", refused.Refusal!.Code);
        Assert.StartsWith("/payload/params/word: ", refused.Refusal.Detail, StringComparison.Ordinal);
        Assert.Equal(["SignalRejected"], Told(refused));
        Assert.Equal("SIGNAL_INVALID_PAYLOAD", run.Signal(SignalTypes.UpdateParams, """{"params":{"word":null}}""").Refusal!.Code);
        Assert.Equal("old", run.Run.Input.GetProperty("word").GetString());
    }

    [Fact]
    public void Undoing_reads_the_input_that_the_undone_step_read()
    {
        var run = Started("""
            [{"stepId":"a","kind":"call","compensate":{"kind":"call","with":{"was":"${input.word}"}}},
             {"stepId":"b","kind":"call","onError":"compensate","retry":{"maxAttempts":1}}]
            """);
        run.Complete("a", "1");
        run.Signal(SignalTypes.UpdateParams, """{"params":{"word":"new"}}""");
        run.Crash();
        run.Fail("b");
        Assert.Equal("""{"was":"old"}""", run.Calls[^1].Input.GetRawText());
    }

    [Fact]
    public void An_injected_result_sets_a_parked_run_going()
    {
        var run = Started();
        run.Fail("a");
        var decision = run.Signal(SignalTypes.InjectOverride, """{"stepId":"a","override":{"z":1,"y":2}}""");
        Assert.Equal(["SignalAccepted", "StepCompleted a", "RunResumed", "StepStarted b"], Told(decision));
        Assert.True(decision.Events.OfType<StepCompleted>().Single().Override);
        Assert.Equal("""{"y":2,"z":1}""", run.Calls[^1].Input.GetProperty("a").GetRawText());
        Assert.True(run.Step("a").Overridden);
    }

    [Fact]
    public void A_pending_or_waiting_step_takes_an_injected_result_and_a_running_one_does_not()
    {
        var run = Started("""
            [{"stepId":"w","kind":"wait","with":{"signal":"go"},"dependsOn":[]},{"stepId":"c","kind":"call","dependsOn":[]},
             {"stepId":"end","kind":"transform","with":["${steps.w.result}","${steps.later.result}"],"dependsOn":["w","later"]},
             {"stepId":"later","kind":"call","dependsOn":["c"]}]
            """);
        Assert.Equal("STEP_NOT_TERMINAL", run.Signal(SignalTypes.InjectOverride, """{"stepId":"c","override":1}""").Refusal!.Code);
        Assert.Equal(["SignalAccepted", "StepCompleted w"], Told(run.Signal(SignalTypes.InjectOverride, """{"stepId":"w","override":1}""")));
        Assert.Equal(
            ["SignalAccepted", "StepCompleted later", "StepStarted end", "StepCompleted end"],
            Told(run.Signal(SignalTypes.InjectOverride, """{"stepId":"later","override":2}""")));
        Assert.Equal(["SignalAccepted"], Told(run.Signal(SignalTypes.InjectOverride, """{"stepId":"later","override":2}""")));
        Assert.Equal("STEP_TERMINAL", run.Signal(SignalTypes.InjectOverride, """{"stepId":"later","override":3}""").Refusal!.Code);
        Assert.Equal(["StepCompleted c", "RunCompleted"], Told(run.Complete("c")));
    }

    [Fact]
    public void An_injected_result_must_be_one_that_the_kind_could_give()
    {
        var run = Started("""[{"stepId":"first","kind":"call"},{"stepId":"h","kind":"http","with":{"url":"https://a.example/"} }]""");
        var refused = run.Signal(SignalTypes.InjectOverride, """{"stepId":"h","override":{"status":"ok"}}""");
        Assert.StartsWith("/payload/override/status: ", refused.Refusal!.Detail, StringComparison.Ordinal);
        Assert.Null(run.Signal(SignalTypes.InjectOverride, """{"stepId":"h","override":{"status":200}}""").Refusal);
    }

    [Fact]
    public void A_new_target_holds_for_the_attempts_that_begin_from_now_on()
    {
        var run = Started("""
            [{"stepId":"h","kind":"http","with":{"url":"https://a.example/v1?x=${input.word}","method":"POST"},"onError":"park","retry":{"maxAttempts":1}}]
            """);
        Assert.Equal("STEP_NOT_TERMINAL", run.Signal(SignalTypes.UpdateTarget, """{"stepId":"h","newTarget":"https://b.example/"}""").Refusal!.Code);
        run.Fail("h");
        Assert.Equal(["SignalAccepted", "StepTargetChanged h"], Told(run.Signal(SignalTypes.UpdateTarget, """{"stepId":"h","newTarget":{"host":"b.example:8443"}}""")));
        Assert.Equal(["SignalAccepted"], Told(run.Signal(SignalTypes.UpdateTarget, """{"stepId":"h","newTarget":{"host":"b.example:8443"}}""")));
        run.Crash();
        run.Signal(SignalTypes.RetryStep, """{"stepId":"h"}""");
        Assert.Equal("https://b.example:8443/v1?x=old", run.Calls[^1].Input.GetProperty("url").GetString());
        run.Fail("h");
        run.Signal(SignalTypes.UpdateTarget, """{"stepId":"h","newTarget":"https://c.example/"}""");
        run.Signal(SignalTypes.RetryStep, """{"stepId":"h"}""");
        Assert.Equal("https://c.example/", run.Calls[^1].Input.GetProperty("url").GetString());
        Assert.Equal("POST", run.Calls[^1].Input.GetProperty("method").GetString());
    }

    [Theory]
    [InlineData("""{"stepId":"h","newTarget":"ftp://a.example/"}""", "/payload/newTarget: ")]
    [InlineData("""{"stepId":"h","newTarget":"nowhere"}""", "/payload/newTarget: ")]
    [InlineData("""{"stepId":"h","newTarget":{"host":"a/b"}}""", "/payload/newTarget: ")]
    [InlineData("""{"stepId":"h","newTarget":{"path":"/"}}""", "/payload/newTarget: ")]
    [InlineData("""{"stepId":"n","newTarget":"https://a.example/"}""", "/payload/stepId: ")]
    public void A_target_that_the_kind_does_not_take_is_refused_with_the_place(string payload, string place)
    {
        var run = Started("""
            [{"stepId":"first","kind":"call"},{"stepId":"h","kind":"http","with":{"url":"https://a.example/"} },{"stepId":"n","kind":"noop"}]
            """);
        var refused = run.Signal(SignalTypes.UpdateTarget, payload);
        Assert.Equal("SIGNAL_INVALID_PAYLOAD", refused.Refusal!.Code);
        Assert.StartsWith(place, refused.Refusal.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SignalTypes.UpdateParams, """{"params":{}}""")]
    [InlineData(SignalTypes.InjectOverride, """{"stepId":"b","override":1}""")]
    [InlineData(SignalTypes.UpdateTarget, """{"stepId":"b","newTarget":"x"}""")]
    public void What_changes_a_run_s_work_needs_a_reason_and_an_administrator(string type, string payload)
    {
        var run = Started();
        Assert.Equal("AUTHZ_REASON_REQUIRED", run.Signal(type, payload, reason: " ").Refusal!.Code);
        Assert.Equal("AUTHZ_DENIED", run.Signal(type, payload, roles: [Roles.Engineer]).Refusal!.Code);
    }

    [Fact]
    public void Only_the_system_raises_an_alert_and_the_run_shows_it()
    {
        var run = Started();
        Assert.Equal("AUTHZ_DENIED", run.Signal(SignalTypes.EscalateAlert, """{"level":"P1"}""").Refusal!.Code);
        Assert.Null(run.Run.Snapshot().Alerts);
        var hash = run.Run.SnapshotHash();
        Assert.Equal(["SignalAccepted", "RunAlertRaised"], Told(run.Signal(SignalTypes.EscalateAlert, """{"level":"P1","note":"late"}""", roles: ["system"])));
        Assert.Equal(("P1", "late"), (run.Run.Snapshot().Alerts![0].Level, run.Run.Snapshot().Alerts![0].Note));
        Assert.NotEqual(hash, run.Run.SnapshotHash());
    }

    [Fact]
    public void While_a_run_is_undone_nothing_can_be_steered()
    {
        var run = Started("""
            [{"stepId":"a","kind":"call","compensate":{"kind":"call"} },{"stepId":"b","kind":"call","onError":"compensate","retry":{"maxAttempts":1}},{"stepId":"h","kind":"safe"}]
            """);
        run.Complete("a");
        run.Fail("b");
        Assert.Equal("RUN_ENDING", run.Signal(SignalTypes.UpdateParams, """{"params":{"x":1}}""").Refusal!.Code);
        Assert.Equal("STEP_TERMINAL", run.Signal(SignalTypes.InjectOverride, """{"stepId":"b","override":1}""").Refusal!.Code);
        Assert.Equal("STEP_TERMINAL", run.Signal(SignalTypes.UpdateTarget, """{"stepId":"h","newTarget":"x"}""").Refusal!.Code);
    }

    [Fact]
    public void Taking_back_a_pause_leaves_alone_the_pause_of_another()
    {
        var run = Started();
        run.Signal(SignalTypes.Pause, id: "job");
        run.Signal(SignalTypes.Resume);
        run.Signal(SignalTypes.Pause, id: "ana");
        Assert.Equal("UNDO_OVERTAKEN", Undo().Refusal!.Code);
        run.Signal(SignalTypes.Resume);
        run.Signal(SignalTypes.Pause, id: "job-2");
        Assert.Null(Undo("job-2").Refusal);
        Assert.Equal("RUNNING", StatusNames.Of(run.Run.Status));

        Decision Undo(string undoes = "job") => run.Keep(run.Run.Signal(
            new SignalRun("run-1", $"undo-{undoes}", SignalTypes.Resume, Reason: null, Payload: null, [Roles.Operator], Undoes: undoes), Guid.NewGuid(), run.Now));
    }

    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""[1,2]""", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void Patches_merge_as_the_examples_of_rfc_7396_say(string target, string patch, string merged) =>
        Assert.Equal(merged, MergePatch.Apply(JsonElement.Parse(target), JsonElement.Parse(patch)).GetRawText());
}
