using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Tests.Rules.Runs;

namespace Dvt.Tests.Rules.Golden;

/// <summary>
/// Runs whose histories are kept for good. Between them every event and every way to move is met. Each is played once, by the
/// release that records it; what it does later is of no importance any more.
/// </summary>
static partial class GoldenScenarios
{
    /// <summary>A plan's steps, more of the plan, and what happens, a decision at a time.</summary>
    internal sealed record Golden(string Name, string Steps, Func<Scenario, IEnumerable<Decision>> Play, string More = "");

    public static IReadOnlyList<Golden> All { get; } =
    [
        new("inline", """
            [{"stepId":"a","kind":"noop"},
             {"stepId":"b","kind":"transform","with":{"word":"${input.word}","run":"${run.id}"}},
             {"stepId":"vip","kind":"gateway","when":"${input.n > 2}"},
             {"stepId":"gift","kind":"call","onlyIf":"vip","with":{"to":"${steps.b.result.word}"}},
             {"stepId":"none","kind":"noop","onlyIf":"!vip"}]
            """, Inline, ""","output":{"gift":"${steps.gift.result}"}"""),
        new("retried", """
            [{"stepId":"a","kind":"call","retry":{"maxAttempts":3,"initial":"PT1S"}},{"stepId":"b","kind":"safe","timeout":"PT40S"},
             {"stepId":"c","kind":"call","onError":"skip"},{"stepId":"d","kind":"noop"}]
            """, Retried),
        new("waits", """
            [{"stepId":"moment","kind":"wait","with":{"duration":"PT1H"},"dependsOn":[]},
             {"stepId":"until","kind":"wait","with":{"until":"2026-01-02T00:00:00Z"},"dependsOn":["moment"]},
             {"stepId":"early","kind":"wait","with":{"signal":"go"},"dependsOn":["until"]},
             {"stepId":"late","kind":"wait","with":{"signal":"never","timeout":"PT30S"},"dependsOn":["until"],"onError":"continue"},
             {"stepId":"end","kind":"transform","with":{"code":"${steps.late.error.code}"},"dependsOn":["early","late"]}]
            """, Waits),
        new("paused", """
            [{"stepId":"a","kind":"call","timeout":"PT24H"},{"stepId":"b","kind":"wait","with":{"duration":"PT1M"}}]
            """, Paused),
        new("parked", """
            [{"stepId":"a","kind":"call","onError":"park","dependsOn":[]},{"stepId":"b","kind":"call","onError":"park","dependsOn":[]},
             {"stepId":"join","kind":"noop","dependsOn":["a","b"]}]
            """, Parked),
        new("cancelled", """
            [{"stepId":"a","kind":"noop"},{"stepId":"b","kind":"call"},{"stepId":"c","kind":"noop"}]
            """, Cancelled),
        new("stopped", """
            [{"stepId":"a","kind":"call","compensate":{"kind":"call"}},{"stepId":"b","kind":"call"}]
            """, Stopped, ""","onCancel":"compensate" """),
        new("compensated", """
            [{"stepId":"hold","kind":"call","compensate":{"kind":"call","with":{"code":"${steps.hold.result.code}"}}},
             {"stepId":"note","kind":"noop","compensate":{"kind":"transform","with":{"was":"${steps.note.status}"}}},
             {"stepId":"charge","kind":"call","compensate":{"kind":"call","retry":{"maxAttempts":2,"initial":"PT10S"}}},
             {"stepId":"confirm","kind":"call","onError":"compensate"},{"stepId":"thank","kind":"noop"}]
            """, Compensated),
        new("undone-by-hand", """
            [{"stepId":"hold","kind":"call","compensate":{"kind":"call","onError":"park"}},{"stepId":"charge","kind":"call","compensate":{"kind":"call","onError":"park"}},
             {"stepId":"confirm","kind":"call","onError":"compensate"}]
            """, UndoneByHand),
        new("again-beside-another", """
            [{"stepId":"a","kind":"call","compensate":{"kind":"noop"}},{"stepId":"b","kind":"call","onError":"compensate"}]
            """, AgainBesideAnother),
        new("cancelled-and-undone", """
            [{"stepId":"hold","kind":"call","compensate":{"kind":"call"}},{"stepId":"b","kind":"call"}]
            """, CancelledAndUndone, ""","onCancel":"compensate" """),
        new("again", """
            [{"stepId":"a","kind":"call"},{"stepId":"b","kind":"call"}]
            """, Again),
        new("out-of-time", """
            [{"stepId":"a","kind":"wait","with":{"signal":"go"}}]
            """, OutOfTime, ""","timeout":"PT10M" """),
        new("goes-on", """
            [{"stepId":"a","kind":"wait","with":{"signal":"go"}},{"stepId":"b","kind":"call"}]
            """, GoesOn, ""","continueAs":{"input":{"n":"${input.n + 1}"},"when":"${run.link < 10}"} """),
        new("steered", """
            [{"stepId":"a","kind":"call","onError":"park"},
             {"stepId":"h","kind":"http","with":{"url":"https://a.example/${input.word}"}},{"stepId":"c","kind":"call"}]
            """, Steered),
        new("limited", """
            [{"stepId":"a","kind":"call"},{"stepId":"b","kind":"call"},{"stepId":"c","kind":"call"}]
            """, Limited, ""","concurrency":{"key":"${input.unit}","limit":2},"budget":{"tokens":100,"money":{"amount":"5.00","currency":"USD"},"steps":10,"time":"PT1H"} """),
        new("mapped", """
            [{"stepId":"fan","kind":"map","onError":"park","with":{"items":"${input.of}","concurrency":2,"step":{"kind":"call","with":{"n":"${item}"},"retry":{"maxAttempts":2,"initial":"PT1S"} } } },
             {"stepId":"all","kind":"map","with":{"items":"${input.of}","step":{"kind":"transform","with":"${item * 2}"} } }]
            """, Mapped),
        new("mapped-within-a-budget", """
            [{"stepId":"fan","kind":"map","with":{"items":[1,2,3],"concurrency":2,"step":{"kind":"call","retry":{"maxAttempts":2,"initial":"PT1S"} } } },
             {"stepId":"sub","kind":"plan","with":{"planId":"below"} }]
            """, MappedWithinABudget, ""","budget":{"tokens":100,"steps":20} """),
        new("nested", """
            [{"stepId":"sub","kind":"plan","with":{"planId":"below","input":{"n":1} } },{"stepId":"end","kind":"transform","with":"${steps.sub.result}"}]
            """, Nested),
        new("asked", """
            [{"stepId":"two","kind":"approval","with":{"role":"finance","title":"Pay?","minApprovals":2,"data":{"n":1},"deadline":"PT2H","onDeadline":"escalate","escalation":[{"after":"PT1H","role":"operator"}] } },
             {"stepId":"tell","kind":"emit","with":{"type":"com.example.paid","subject":"s","data":{"by":"${steps.two.result.by}"} } },
             {"stepId":"deny","kind":"approval","onError":"continue","with":{"roles":["operator","viewer"],"fourEyes":false} },
             {"stepId":"late","kind":"approval","onError":"continue","with":{"role":"finance","deadline":"PT1H"} },
             {"stepId":"gone","kind":"approval","with":{"role":"finance"} }]
            """, Asked),
        new("stored-by-step", $"[{Gate},{string.Join(',', Enumerable.Range(0, 65).Select(Gated))}]", StoredByStep),
    ];

    const string Gate = """{"stepId":"gate","kind":"gateway","when":"${input.yes}","dependsOn":[]}""";

    static string Gated(int n) => n is 3
        ? $$"""{"stepId":"s{{n}}","kind":"call","dependsOn":["gate"]}"""
        : $$"""{"stepId":"s{{n}}","kind":"noop","dependsOn":["gate"],"onlyIf":"gate"}""";

    static IEnumerable<Decision> Inline(Scenario run)
    {
        yield return run.Start("""{"word":"ñandú","n":3}""", context: new RunContext(
            "ana", new Dictionary<string, string> { ["unit"] = "7", ["city"] = "Santo Domingo" }, Priority: 7, "case-1"));
        yield return run.Complete("gift", """{"sent":true,"of":[1,2.5,null]}""");
    }

    static IEnumerable<Decision> Retried(Scenario run)
    {
        yield return run.Start();
        yield return run.Fail("a", retryable: true);
        yield return run.WakeWhenDue();
        yield return run.Complete("a", "1");
        yield return run.Wake(TimeSpan.FromSeconds(31));
        yield return run.Wake(TimeSpan.FromSeconds(31));
        yield return run.WakeWhenDue();
        yield return run.Complete("b", "2");
        yield return run.Fail("c");
    }

    static IEnumerable<Decision> Waits(Scenario run)
    {
        yield return run.Start();
        yield return run.External("go", """{"by":"Luis"}""", "x1");
        yield return run.WakeWhenDue();
        yield return run.WakeWhenDue();
        yield return run.External("spare", """{"n":2}""", "x2");
        yield return run.WakeWhenDue();
    }

    static IEnumerable<Decision> Paused(Scenario run)
    {
        yield return run.Start();
        yield return run.Signal(SignalTypes.Pause, id: "s1", reason: "audit");
        yield return run.Wake(TimeSpan.FromMinutes(6), new HashSet<string> { "run-1:a:1" });
        yield return run.Signal(SignalTypes.Cancel, id: "s2", roles: [Roles.Viewer]);
        yield return run.Complete("a", "7");
        yield return run.Signal(SignalTypes.Resume, id: "s3");
        yield return run.WakeWhenDue();
    }

    static IEnumerable<Decision> Parked(Scenario run)
    {
        yield return run.Start();
        yield return run.Fail("a");
        yield return run.Fail("b");
        yield return run.Signal(SignalTypes.RetryStep, """{"stepId":"a","input":{"other":true}}""", "s1");
        yield return run.Complete("a", "\"done\"");
        yield return run.Signal(SignalTypes.SkipStep, """{"stepId":"b"}""", "s2");
    }

    static IEnumerable<Decision> Cancelled(Scenario run)
    {
        yield return run.Start();
        yield return run.Signal(SignalTypes.Cancel, id: "s1", reason: "the guest left");
        yield return run.Signal(SignalTypes.RetryRun, """{"fromStep":"b"}""", "s2");
    }

    static IEnumerable<Decision> Stopped(Scenario run)
    {
        yield return run.Start();
        yield return run.Complete("a");
        yield return run.Signal(SignalTypes.Cancel, id: "s1");
        yield return run.Signal(SignalTypes.EmergencyStop, id: "s2", reason: "wrong tenant");
    }

    static IEnumerable<Decision> Compensated(Scenario run)
    {
        yield return run.Start();
        yield return run.Complete("hold", """{"code":"H1"}""");
        yield return run.Complete("charge");
        yield return run.Fail("confirm", code: "DECLINED");
        yield return run.Wake(TimeSpan.FromSeconds(31));
        yield return run.Fail("charge/compensate", retryable: true, attempt: 1);
        yield return run.WakeWhenDue();
        yield return run.Fail("charge/compensate", retryable: true, code: "BANK_AWAY", attempt: 2);
        yield return run.Complete("hold/compensate", """{"refund":"R1"}""", attempt: 1);
    }

    static IEnumerable<Decision> UndoneByHand(Scenario run)
    {
        yield return run.Start();
        yield return run.Complete("hold");
        yield return run.Complete("charge");
        yield return run.Fail("confirm");
        yield return run.Fail("charge/compensate", attempt: 1);
        yield return run.Fail("hold/compensate", attempt: 1);
        yield return run.Signal(SignalTypes.RetryStep, """{"stepId":"hold","input":{"by":"hand"}}""", "s1");
        yield return run.Complete("hold/compensate", attempt: 2);
        yield return run.Signal(SignalTypes.SkipStep, """{"stepId":"charge"}""", "s2");
    }

    static IEnumerable<Decision> AgainBesideAnother(Scenario run)
    {
        yield return run.Start(lineage: new RunLineage(
            "run-0", "run-0", RunAttempt: 2, new Dictionary<string, System.Text.Json.JsonElement> { ["a"] = System.Text.Json.JsonElement.Parse("1") }, LeftAlone: ["a"]));
        yield return run.Fail("b");
        yield return run.Signal(SignalTypes.RetryRun, """{"fromStep":"b"}""", "s1");
        yield return run.Signal(SignalTypes.RetryRun, """{"fromStep":"b"}""", "s2");
    }

    static IEnumerable<Decision> CancelledAndUndone(Scenario run)
    {
        yield return run.Start();
        yield return run.Complete("hold");
        yield return run.Signal(SignalTypes.Cancel, id: "s1");
        yield return run.Fail("hold/compensate", attempt: 1);
    }

    static IEnumerable<Decision> Again(Scenario run)
    {
        var lineage = new RunLineage("run-0", "run-0", RunAttempt: 2, new Dictionary<string, System.Text.Json.JsonElement>
        {
            ["a"] = System.Text.Json.JsonElement.Parse("""{"kept":true}"""),
        });
        yield return run.Start(lineage: lineage);
        yield return run.Complete("b");
    }

    static IEnumerable<Decision> GoesOn(Scenario run)
    {
        var handed = new HandedSignal("x1", "go", System.Text.Json.JsonElement.Parse("""{"kept":1}"""), "digest");
        yield return run.Start("""{"n":4}""", new RunLineage("run-0", "run-0", RunAttempt: 1, Kept: null, new ContinuedFrom("run-0", Link: 2, [handed])));
        yield return run.External("go", """{"kept":2}""", "x2");
        yield return run.Complete("b");
    }

    static IEnumerable<Decision> Steered(Scenario run)
    {
        yield return run.Start("""{"word":"old"}""");
        yield return run.Signal(SignalTypes.UpdateParams, """{"params":{"word":"new"}}""", "s1");
        yield return run.Signal(SignalTypes.UpdateTarget, """{"stepId":"h","newTarget":{"host":"b.example:8443"}}""", "s2");
        yield return run.Signal(SignalTypes.EscalateAlert, """{"level":"P1","note":"late"}""", "s3", roles: ["system"]);
        yield return run.Fail("a");
        yield return run.Signal(SignalTypes.InjectOverride, """{"stepId":"a","override":{"n":7}}""", "s4");
        yield return run.Keep(run.Run.Signal(
            new SignalRun("run-1", "s5", SignalTypes.Pause, "audit", Payload: null, [Roles.Operator], "ana", HeldSeconds: 3_600), Guid.NewGuid(), run.Now));
        yield return run.Keep(run.Run.Review(new ReviewSignal("run-1", "s5", Approves: true, "seen", [Roles.Operator], "eva"), Guid.NewGuid(), run.Now));
        yield return run.Signal(SignalTypes.Resume, id: "s6");
        yield return run.Complete("h", """{"status":200}""");
        yield return run.Complete("c");
    }

    static IEnumerable<Decision> Limited(Scenario run)
    {
        yield return run.Start("""{"unit":"u1"}""");
        yield return run.Admit();
        yield return run.Complete("a", "1", cost: new Cost(60, new Money("1.20", "USD")));
        yield return run.Complete("b", "2", cost: new Cost(50));
        yield return run.Signal(SignalTypes.Resume, """{"budget":{"tokens":500}}""", "s1");
        yield return run.Fail("c", cost: new Cost(Money: new Money("0.10", "USD")));
    }

    static IEnumerable<Decision> Mapped(Scenario run)
    {
        yield return run.Start("""{"of":[1,2,3]}""");
        yield return run.Complete("fan[1]", "\"b\"");
        yield return run.Fail("fan[0]", retryable: true);
        yield return run.WakeWhenDue();
        yield return run.Wake(TimeSpan.FromSeconds(31));
        yield return run.Fail("fan[0]");
        yield return run.Complete("fan[2]", "\"c\"");
        yield return run.Signal(SignalTypes.RetryStep, """{"stepId":"fan"}""", "s1");
        yield return run.Complete("fan[0]", "\"a\"");
    }

    static IEnumerable<Decision> MappedWithinABudget(Scenario run)
    {
        yield return run.Start();
        yield return run.Fail("fan[0]", retryable: true, cost: new Cost(60));
        yield return run.Complete("fan[1]", cost: new Cost(50, new Money("0.20", "USD")));
        yield return run.WakeWhenDue();
        yield return run.Signal(SignalTypes.Resume, """{"budget":{"tokens":500}}""", "s1");
        yield return run.Complete("fan[0]");
        yield return run.Complete("fan[2]");
        yield return run.Complete("sub", cost: new Cost(7, new Money("1", "EUR"), [new Money("2", "USD")]));
    }

    static IEnumerable<Decision> Nested(Scenario run)
    {
        yield return run.Start();
        yield return run.Complete("sub", """{"n":2}""");
    }

    static IEnumerable<Decision> Asked(Scenario run)
    {
        yield return run.Start();
        yield return run.Decide("two", "approve", "user:p1", "fine");
        yield return run.WakeWhenDue();
        yield return run.Decide("two", "approve", "user:p2");
        yield return run.Decide("deny", "deny", "user:p3", "no");
        yield return run.WakeWhenDue();
        yield return run.Signal(SignalTypes.Cancel, id: "s1");
    }

    static IEnumerable<Decision> OutOfTime(Scenario run)
    {
        yield return run.Start();
        yield return run.WakeWhenDue();
    }

    static IEnumerable<Decision> StoredByStep(Scenario run)
    {
        yield return run.Start("""{"yes":false}""");
        yield return run.Complete("s3", """{"n":1}""");
    }
}
