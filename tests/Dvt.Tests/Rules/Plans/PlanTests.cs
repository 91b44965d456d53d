using System.Diagnostics;
using System.Text.Json;
using Dvt.Engine.Plans;
using Dvt.Tests.Rules.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Plans;

public sealed class PlanTests
{
    [Fact]
    public void A_plan_without_dependencies_is_a_sequence()
    {
        var plan = Valid("""[{"stepId":"a","kind":"noop"},{"stepId":"b","kind":"noop"},{"stepId":"c","kind":"noop"}]""");
        Assert.Equal([[], [0], [1]], plan.Steps.Select(s => s.Parents));
        Assert.Equal([[1], [2], []], plan.Steps.Select(s => s.Children));
    }

    [Fact]
    public void One_dependency_anywhere_makes_a_graph_of_it()
    {
        var plan = Valid("""[{"stepId":"a","kind":"noop"},{"stepId":"b","kind":"noop"},{"stepId":"c","kind":"noop","dependsOn":["a"]}]""");
        Assert.Equal([[], [], [0]], plan.Steps.Select(s => s.Parents));
    }

    [Fact]
    public void The_digest_does_not_depend_on_how_the_plan_is_written()
    {
        var one = Check("""{"planId":"p","version":"1.0.0","steps":[{"stepId":"a","kind":"noop","timeout":"PT1S"}]}""").Plan!;
        var other = Check("""{"steps":[{ "kind":"noop","timeout":"PT1S","stepId":"\u0061"}],"version":"1.0.0", "planId":"p"}""").Plan!;
        Assert.Equal(one.Digest, other.Digest);
        Assert.Matches("^[0-9a-f]{64}$", one.Digest);
    }

    [Fact]
    public void All_faults_are_told_at_once_with_their_places()
    {
        var check = Check("""
            {"planId":"P!","version":"1","colour":"red","steps":[
              {"stepId":"a","kind":"noop"},{"stepId":"a","kind":"nope","dependsOn":["x"]},{"kind":"noop","retry":{"maxAttempts":0}}]}
            """);
        Assert.Equal(
            [
                ("", "/colour", "unknown_field"), ("", "/planId", "invalid_value"), ("", "/steps/1/dependsOn/0", "unknown_dependency"),
                ("", "/steps/1/kind", "unknown_kind"), ("", "/steps/1/stepId", "duplicate_step_id"), ("", "/steps/2", "required"),
                ("", "/steps/2/retry/maxAttempts", "invalid_value"), ("", "/version", "invalid_value"),
            ],
            check.Faults.Select(f => ("", f.Pointer, f.Code)).Order());
        Assert.Null(check.Plan);
    }

    [Fact]
    public void A_gateway_may_read_a_step_that_comes_later_in_the_document()
    {
        var check = Check(
            """
            {"planId":"p","version":"1.0.0","steps":[
              {"stepId":"g","kind":"gateway","dependsOn":["a"],"when":"${steps.a.result.n > 1}"},
              {"stepId":"a","kind":"transform","with":{"n":2}}]}
            """);
        Assert.Empty(check.Faults);
    }

    [Theory]
    [InlineData("[]", "", "type")]
    [InlineData("""{"planId":"p","version":"1.0.0"}""", "", "required")]
    [InlineData("""{"planId":"p","version":"1.0.0","steps":[]}""", "/steps", "invalid_value")]
    [InlineData("""{"planId":"p","version":"1.0.0","steps":[1]}""", "/steps/0", "type")]
    [InlineData("""{"planId":7,"version":"1.0.0","steps":[{"stepId":"a","kind":"noop"}]}""", "/planId", "type")]
    [InlineData("""{"planId":"p","version":"1.0.0","timeout":"1h","steps":[{"stepId":"a","kind":"noop"}]}""", "/timeout", "invalid_value")]
    [InlineData("""{"planId":"p","version":"1.0.0","timeout":"P1M","steps":[{"stepId":"a","kind":"noop"}]}""", "/timeout", "invalid_value")]
    [InlineData("""{"planId":"p","version":"1.0.0","checkpoint":"maybe","steps":[{"stepId":"a","kind":"noop"}]}""", "/checkpoint", "invalid_value")]
    [InlineData("""{"planId":"p","version":"1.0.0","inputSchema":{"type":"objekt"},"steps":[{"stepId":"a","kind":"noop"}]}""", "/inputSchema/type", "invalid_schema")]
    [InlineData("""{"planId":"p","version":"1.0.0","output":"${steps.z.result}","steps":[{"stepId":"a","kind":"noop"}]}""", "/output", "unknown_reference")]
    [InlineData("""{"planId":"p","version":"1.0.0","requiresCapabilities":["timer","teleport"],"steps":[{"stepId":"a","kind":"noop"}]}""", "/requiresCapabilities/1", "CAPABILITY_NOT_SUPPORTED")]
    [InlineData("""{"planId":"p","version":"1.0.0","budget":{"tokens":5,"money":{"amount":"5,00","currency":"USD"}},"steps":[{"stepId":"a","kind":"noop"}]}""", "/budget/money/amount", "invalid_value")]
    [InlineData("""{"planId":"p","version":"1.0.0","budget":{"steps":2.5},"steps":[{"stepId":"a","kind":"noop"}]}""", "/budget/steps", "type")]
    [InlineData("""{"planId":"p","version":"1.0.0","budget":{"patience":5},"steps":[{"stepId":"a","kind":"noop"}]}""", "/budget/patience", "unknown_field")]
    [InlineData("""{"planId":"p","version":"1.0.0","concurrency":{"key":"${input.x}","limit":0},"steps":[{"stepId":"a","kind":"noop"}]}""", "/concurrency/limit", "invalid_value")]
    [InlineData("""{"planId":"p","version":"1.0.0","concurrency":{"limit":3},"steps":[{"stepId":"a","kind":"noop"}]}""", "/concurrency", "required")]
    [InlineData("""{"planId":"p","version":"1.0.0","onCancel":"undo","steps":[{"stepId":"a","kind":"noop"}]}""", "/onCancel", "invalid_value")]
    public void A_fault_of_the_plan_itself_is_named(string document, string pointer, string code) =>
        Assert.Equal((pointer, code), Only(Check(document)));

    [Fact]
    public void Faults_of_limits_come_with_all_others()
    {
        var check = Check("""
            {"planId":"p","version":"1.0.0","budget":{"tokens":-1},"concurrency":{"key":"${steps.a.result}"},
             "steps":[{"stepId":"a","kind":"noop","compensate":{"with":{}}}]}
            """);
        Assert.Equal(
            [
                ("/budget/tokens", "invalid_value"), ("/concurrency/key", "invalid_expression"), ("/steps/0/compensate", "required"),
            ],
            check.Faults.Select(f => (f.Pointer, f.Code)).Order());
    }

    [Theory]
    [InlineData("""{"stepId":"b","kind":"nope"}""", "/kind", "unknown_kind")]
    [InlineData("""{"stepId":"b","kind":"booking.hold"}""", "/kind", "CAPABILITY_NOT_SUPPORTED")]
    [InlineData("""{"stepId":"b","kind":"booking.hold","with":{}}""", "/kind", "CAPABILITY_NOT_SUPPORTED")]
    [InlineData("""{"stepId":"1b","kind":"noop"}""", "/stepId", "invalid_value")]
    [InlineData("""{"stepId":"b","kind":"noop","compensate":"a"}""", "/compensate", "type")]
    [InlineData("""{"stepId":"b","kind":"noop","compensate":{"kind":"nope"}}""", "/compensate/kind", "unknown_kind")]
    [InlineData("""{"stepId":"b","kind":"noop","compensate":{"kind":"wait","with":{"duration":"PT1S"}}}""", "/compensate/kind", "invalid_value")]
    [InlineData("""{"stepId":"b","kind":"noop","compensate":{"kind":"gateway"}}""", "/compensate/kind", "invalid_value")]
    [InlineData("""{"stepId":"b","kind":"noop","compensate":{"kind":"http"}}""", "/compensate", "invalid_with")]
    [InlineData("""{"stepId":"b","kind":"noop","compensate":{"kind":"http","with":{"url":"ftp://x"}}}""", "/compensate/with/url", "invalid_with")]
    [InlineData("""{"stepId":"b","kind":"noop","compensate":{"kind":"transform","with":"${steps.later.result}"}}""", "/compensate/with", "unknown_reference")]
    [InlineData("""{"stepId":"b","kind":"noop","compensate":{"kind":"noop","timeout":"soon"}}""", "/compensate/timeout", "invalid_value")]
    [InlineData("""{"stepId":"b","kind":"noop","compensate":{"kind":"noop","retry":{"tries":3}}}""", "/compensate/retry/tries", "unknown_field")]
    [InlineData("""{"stepId":"b","kind":"noop","compensate":{"kind":"noop","onError":"skip"}}""", "/compensate/onError", "invalid_value")]
    [InlineData("""{"stepId":"b","kind":"noop","onError":"panic"}""", "/onError", "invalid_value")]
    [InlineData("""{"stepId":"b","kind":"noop","timeout":"PT0S"}""", "/timeout", "invalid_value")]
    [InlineData("""{"stepId":"b","kind":"noop","retry":{"tries":3}}""", "/retry/tries", "unknown_field")]
    [InlineData("""{"stepId":"b","kind":"noop","retry":{"maxAttempts":1.5}}""", "/retry/maxAttempts", "type")]
    [InlineData("""{"stepId":"b","kind":"noop","when":"${true}"}""", "/when", "unknown_field")]
    [InlineData("""{"stepId":"b","kind":"gateway"}""", "", "required")]
    [InlineData("""{"stepId":"b","kind":"gateway","when":1}""", "/when", "type")]
    [InlineData("""{"stepId":"b","kind":"gateway","when":"${1 +}"}""", "/when", "invalid_expression")]
    [InlineData("""{"stepId":"b","kind":"noop","dependsOn":["b"]}""", "/dependsOn/0", "self_dependency")]
    [InlineData("""{"stepId":"b","kind":"noop","dependsOn":["a","a"]}""", "/dependsOn", "invalid_value")]
    [InlineData("""{"stepId":"b","kind":"noop","dependsOn":"a"}""", "/dependsOn", "type")]
    [InlineData("""{"stepId":"b","kind":"noop","onlyIf":"a && c"}""", "/onlyIf", "invalid_expression")]
    [InlineData("""{"stepId":"b","kind":"noop","onlyIf":"a"}""", "/onlyIf", "unknown_reference")]
    [InlineData("""{"stepId":"b","kind":"noop","onlyIf":"z"}""", "/onlyIf", "unknown_reference")]
    [InlineData("""{"stepId":"b","kind":"transform","with":{"deep":[{"x":"${steps.z.result}"}]}}""", "/with/deep/0/x", "unknown_reference")]
    [InlineData("""{"stepId":"b","kind":"transform","with":"${steps.b.result}"}""", "/with", "unknown_reference")]
    [InlineData("""{"stepId":"b","kind":"transform","with":"${steps.later.result}"}""", "/with", "unknown_reference")]
    [InlineData("""{"stepId":"b","kind":"transform","with":"${steps[input.x].result}"}""", "/with", "unknown_reference")]
    [InlineData("""{"stepId":"b","kind":"transform","with":"${size(steps)}"}""", "/with", "unknown_reference")]
    [InlineData("""{"stepId":"b","kind":"transform","with":"${steps.a.reslut}"}""", "/with", "unknown_reference")]
    [InlineData("""{"stepId":"b","kind":"transform","with":"${run.clock}"}""", "/with", "unknown_reference")]
    [InlineData("""{"stepId":"b","kind":"transform","with":"${now()}"}""", "/with", "invalid_expression")]
    [InlineData("""{"stepId":"b","kind":"noop","with":{"x":1}}""", "/with/x", "invalid_with")]
    [InlineData("""{"stepId":"b","kind":"http"}""", "", "invalid_with")]
    [InlineData("""{"stepId":"b","kind":"http","with":{"url":"ftp://x"}}""", "/with/url", "invalid_with")]
    [InlineData("""{"stepId":"b","kind":"http","with":{"url":"https://x","expect":["3"]}}""", "/with/expect/0", "invalid_with")]
    [InlineData("""{"stepId":"b","kind":"http","with":{"url":"https://x","expect":"${input.e}","more":"${input.x}"}}""", "/with/more", "invalid_with")]
    [InlineData("""{"stepId":"b","kind":"http","with":{"url":"${input.u}","method":"FETCH"}}""", "/with/method", "invalid_with")]
    [InlineData("""{"stepId":"b","kind":"http","with":{"url":"https://x/${secrets.a}"}}""", "/with/url", "invalid_expression")]
    [InlineData("""{"stepId":"b","kind":"http","with":{"url":"https://x","method":"POST","body":"${secrets.a}"}}""", "/with/body", "invalid_expression")]
    [InlineData("""{"stepId":"b","kind":"http","with":{"url":"https://x","headers":{"A":"${'Bearer ' + secrets.a}"}}}""", "/with/headers/A", "invalid_expression")]
    [InlineData("""{"stepId":"b","kind":"http","with":{"url":"https://x","headers":{"A":"${secrets.a-b}"}}}""", "/with/headers/A", "invalid_expression")]
    [InlineData("""{"stepId":"b","kind":"transform","with":{"headers":{"A":"${secrets.a}"}}}""", "/with/headers/A", "invalid_expression")]
    [InlineData("""{"stepId":"b","kind":"wait","with":{"duration":"P1M"}}""", "/with/duration", "invalid_with")]
    [InlineData("""{"stepId":"b","kind":"wait","with":{"duration":"PT1S","signal":"go"}}""", "/with", "invalid_with")]
    [InlineData("""{"stepId":"b","kind":"wait","with":{"duration":"PT1S","timeout":"PT1S"}}""", "/with", "invalid_with")]
    public void A_fault_of_a_step_is_named(string step, string pointer, string code)
    {
        var check = Steps($$"""[{"stepId":"a","kind":"noop"},{{step}},{"stepId":"later","kind":"noop"}]""");
        Assert.Equal(("/steps/1" + pointer, code), Only(check));
    }

    [Theory]
    [InlineData("""{"stepId":"b","kind":"http","with":{"url":"${input.u}","method":"${input.m}","expect":["${input.e}"],"idempotent":"${input.i}"}}""")]
    [InlineData("""{"stepId":"b","kind":"http","with":"${input}"}""")]
    [InlineData("""{"stepId":"b","kind":"http","with":{"url":"https://x","body":[1],"headers":{"X-A":"${run.id}"},"expect":[200,"4xx"],"timeout":"PT1S"}}""")]
    [InlineData("""{"stepId":"b","kind":"wait","with":{"until":"2026-12-01T10:00:00Z"}}""")]
    [InlineData("""{"stepId":"b","kind":"wait","with":{"duration":"PT${input.n}S"}}""")]
    [InlineData("""{"stepId":"leaf-0000","kind":"transform","with":"${steps[\"a.b-c\"].result}"}""")]
    [InlineData("""{"stepId":"b","kind":"transform","with":"$${not evaluated}"}""")]
    [InlineData("""{"stepId":"b","kind":"noop","name":"B","description":"…","retry":{"maxAttempts":3,"initial":"PT1S","factor":2,"max":"PT60S"},"timeout":"P1DT2H"}""")]
    public void What_can_only_be_judged_later_is_let_through(string step) =>
        Assert.Empty(Steps($$"""[{"stepId":"a.b-c","kind":"noop"},{{step}}]""").Faults);

    [Fact]
    public void A_reference_may_reach_any_step_upstream_and_no_step_beside()
    {
        var check = Steps("""
            [{"stepId":"a","kind":"noop","dependsOn":[]},{"stepId":"b","kind":"noop","dependsOn":["a"]},{"stepId":"x","kind":"noop","dependsOn":["a"]},
             {"stepId":"c","kind":"transform","dependsOn":["b"],"with":{"up":"${steps.a.status}","beside":"${has(steps.x.result)}"}}]
            """);
        Assert.Equal(("/steps/3/with/beside", "unknown_reference"), Only(check));
    }

    [Fact]
    public void A_cycle_is_named()
    {
        var check = Steps("""
            [{"stepId":"a","kind":"noop","dependsOn":["c"]},{"stepId":"b","kind":"noop","dependsOn":["a"]},{"stepId":"c","kind":"noop","dependsOn":["b"]},
             {"stepId":"d","kind":"noop","dependsOn":["c"]},{"stepId":"e","kind":"noop"}]
            """);
        Assert.Equal(("/steps/0/dependsOn", "cyclic_dependencies_detected"), Only(check));
        Assert.Contains("a -> c -> b -> a", check.Faults[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cycle_is_named()
    {
        var check = Steps("""
            [{"stepId":"a","kind":"noop","dependsOn":["b"]},{"stepId":"b","kind":"noop","dependsOn":["a"]},
             {"stepId":"c","kind":"noop","dependsOn":["d"]},{"stepId":"d","kind":"noop","dependsOn":["c"]}]
            """);
        Assert.Equal(2, check.Faults.Count(f => f.Code == "cyclic_dependencies_detected"));
    }

    [Fact]
    public void The_limits_hold()
    {
        Assert.Equal("too_many_steps", Only(Steps(Many(25_001, _ => ""))).Code);
        Assert.Equal("too_deep", Only(Steps(Many(2_001, i => $$""","dependsOn":[{{(i == 0 ? "" : $"\"s{i - 1}\"")}}]"""))).Code);
        Assert.Empty(Steps(Many(2_000, i => $$""","dependsOn":[{{(i == 0 ? "" : $"\"s{i - 1}\"")}}]""")).Faults);
        Assert.Equal(
            "too_many_edges",
            Only(Steps(Many(1_001, i => $$""","dependsOn":[{{(i < 400 ? "" : string.Join(',', Enumerable.Range(0, 251).Select(p => $"\"s{p}\"")))}}]"""))).Code);
        Assert.Equal("too_large", Only(Check($$"""{"planId":"p","version":"1.0.0","description":"{{new string('x', 8 * 1024 * 1024)}}"}""")).Code);
    }

    [Fact]
    public void Ten_times_the_steps_take_about_ten_times_as_long()
    {
        // Each reads a step far above it, through as much of a graph as is allowed.
        static string Graph(int count) => Many(
            count,
            i => $$""","with":"${{{(i < count / 5 ? "input" : $"steps.s{i % 100}.status")}}}","dependsOn":[{{Wide(i)}}]""", "transform");
        static TimeSpan Time(string steps)
        {
            var watch = Stopwatch.StartNew();
            Assert.Empty(Steps(steps).Faults);
            return watch.Elapsed;
        }
        var (small, large) = (Graph(2_500), Graph(25_000));
        Time(small);
        var few = Time(small);
        Assert.InRange(Time(large), TimeSpan.Zero, (40 * few) + TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void An_input_is_judged_by_the_plans_schema()
    {
        var plan = Check("""
            {"planId":"p","version":"1.0.0","inputSchema":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}},
             "steps":[{"stepId":"a","kind":"noop"}]}
            """).Plan!;
        Assert.Empty(plan.CheckInput(JsonElement.Parse("""{"n":2.0}""")));
        Assert.Equal("/n", Assert.Single(plan.CheckInput(JsonElement.Parse("""{"n":"2"}"""))).Pointer);
    }

    [Fact]
    public void A_domain_registers_its_kinds_and_a_name_is_taken_once()
    {
        var anything = JsonElement.Parse("true");
        var hold = new StepKind("booking.hold", anything, anything, StepMode.Called, TimeSpan.FromSeconds(5), "booking.cancel", "Holds.");
        var kinds = StepKinds.BuiltIn.With(hold);
        Assert.Equal("dvt.steps.booking.hold", hold.Queue);
        Assert.True(Plan.Check(JsonElement.Parse("""{"planId":"p","version":"1.0.0","steps":[{"stepId":"a","kind":"booking.hold"}]}"""), kinds).Valid);
        Assert.Throws<ArgumentException>(() => kinds.With(hold));
        Assert.Equal(StepKinds.BuiltIn.All.Select(k => k.Name).Append("booking.hold").Order(StringComparer.Ordinal), kinds.All.Select(k => k.Name));
    }

    static string Wide(int i) => i < 100 ? "" : string.Join(',', Enumerable.Range(0, 5).Select(k => $"\"s{(((i / 100) - 1) * 100) + (((i * 7) + (k * 13)) % 100)}\""));

    static string Many(int count, Func<int, string> more, string kind = "noop") =>
        $"[{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"stepId":"s{{i}}","kind":"{{kind}}"{{more(i)}} }"""))}]";

    static Plan Valid(string steps)
    {
        var check = Steps(steps);
        Assert.Empty(check.Faults);
        return check.Plan!;
    }

    static PlanCheck Steps(string steps) => Check($$"""{"planId":"p","version":"1.0.0","steps":{{steps}} }""");

    static PlanCheck Check(string document) => Plan.Check(JsonElement.Parse(document), TestKinds.All);

    static (string Pointer, string Code) Only(PlanCheck check)
    {
        var fault = Assert.Single(check.Faults);
        return (fault.Pointer, fault.Code);
    }
}
