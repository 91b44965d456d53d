using System.Globalization;
using System.Text;
using System.Text.Json;
using Dvt.Engine.Plans;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

/// <summary>Plans that use everything the engine has, from a seed.</summary>
static class RandomPlan
{
    public static Plan Of(Random random)
    {
        // Above 64 the steps are stored one by one.
        var count = random.Next(20) == 0 ? random.Next(65, 90) : random.Next(1, 41);
        var isSequence = random.Next(5) == 0;
        // Most of its steps succeed and can be undone, so that there is much to undo.
        var isSaga = random.Next(3) == 0;
        var gateways = new List<int>();
        var steps = Enumerable.Range(0, count).Select(index => Step(random, index, isSequence, isSaga, gateways)).ToList();
        if (!isSequence)
            Shuffle(random, steps);
        var json = new StringBuilder("""{"planId":"p","version":"1.0.0","steps":[""").AppendJoin(',', steps).Append(']');
        if (random.Next(3) == 0)
            json.Append(""","checkpoint":"step" """);
        if (random.Next(3) == 0)
            json.Append(""","inputSchema":{"type":"object","properties":{"n":{"type":"number"}}}""");
        if (random.Next(6) == 0)
            json.Append(""","timeout":"PT10M" """);
        if (random.Next(2) == 0)
            json.Append(""","onCancel":"compensate" """);
        if (random.Next(4) == 0)
            json.Append(Budget(random, count));
        if (random.Next(4) == 0)
            json.Append(""","concurrency":{"key":"${input.word}","limit":2}""");
        if (random.Next(4) == 0)
            json.Append(OneOf(random,
                ""","continueAs":{"when":"${run.link < 3}"} """,
                ""","continueAs":{"when":"${run.link < 3 && input.yes}","input":{"yes":"${!input.yes}","word":"right","n":"${run.link}"} } """,
                ""","continueAs":{"when":false} """));
        if (random.Next(2) == 0)
            json.Append(CultureInfo.InvariantCulture, $$""","output":{"last":"${has(steps.s{{count - 1}}.result) ? steps.s{{count - 1}}.result : 'none'}"}""");
        var check = Plan.Check(JsonElement.Parse(json.Append('}').ToString()), TestKinds.All);
        Assert.True(check.Valid, $"{string.Join('\n', check.Faults)}\n{json}");
        return check.Plan!;
    }

    static string Budget(Random random, int count) => random.Next(4) switch
    {
        0 => $$""","budget":{"tokens":{{random.Next(1, 200)}} }""",
        1 => $$""","budget":{"money":{"amount":"{{random.Next(1, 3)}}.5","currency":"USD"} }""",
        2 => $$""","budget":{"steps":{{random.Next(1, count + 5)}} }""",
        _ => $$""","budget":{"time":"PT{{random.Next(1, 20)}}M","steps":1000}""",
    };

    static string Step(Random random, int index, bool isSequence, bool isSaga, List<int> gateways)
    {
        var json = new StringBuilder($$"""{"stepId":"s{{index}}",""");
        var parents = isSequence || index == 0 ? [] : Parents(random, index);
        var kind = random.Next(20) switch
        {
            14 or 15 => "map",
            16 => "plan",
            7 when isSaga => "noop",
            0 or 1 => "noop",
            2 => "transform",
            3 => "gateway",
            4 => "delay",
            5 => "until signal",
            6 => "safe",
            7 => "broken",
            8 or 9 => "until signal",
            17 or 18 => "approval",
            19 => "emit",
            _ => "call",
        };
        json.Append(Body(random, kind, isSequence ? index - 1 : parents.FirstOrDefault(-1)));
        if (!isSequence)
            json.Append(CultureInfo.InvariantCulture, $""","dependsOn":[{string.Join(',', parents.Select(p => $"\"s{p}\""))}]""");
        if (gateways.Count > 0 && random.Next(3) == 0 && Gate(random, isSequence, parents, gateways) is { } gate)
            json.Append(CultureInfo.InvariantCulture, $$""","onlyIf":"{{Condition(random, gate)}}" """);
        if (isSaga || random.Next(2) == 0)
            json.Append(CultureInfo.InvariantCulture, $$""","onError":"{{OneOf(random, isSaga ? "compensate" : "fail", "skip", "continue", "park", "park", "compensate")}}" """);
        if (random.Next(2) == 0)
            json.Append(CultureInfo.InvariantCulture, $$""","retry":{"maxAttempts":{{random.Next(1, 5)}},"initial":"PT{{random.Next(1, 20)}}S"}""");
        if (random.Next(4) == 0)
            json.Append(CultureInfo.InvariantCulture, $$""","timeout":"PT{{random.Next(1, 200)}}S" """);
        if (random.Next(4) < (isSaga ? 3 : 1))
            json.Append(Compensation(random, index));
        if (kind == "gateway")
            gateways.Add(index);
        return json.Append('}').ToString();
    }

    static string Body(Random random, string kind, int upstream) => kind switch
    {
        "gateway" => $$"""
            "kind":"gateway","when":"{{OneOf(random, "${input.yes}", "${!input.yes}", "left", "${input.word}", "${input.missing}")}}"
            """,
        "transform" => upstream < 0 || random.Next(2) == 0
            ? """ "kind":"transform","with":{"z":1,"a":"${input.word}","run":"${run.id}"} """
            : $$""" "kind":"transform","with":{"up":"${has(steps.s{{upstream}}.result) ? [steps.s{{upstream}}.result] : []}","st":"${steps.s{{upstream}}.status}"} """,
        "noop" => """ "kind":"noop" """,
        "map" => Map(random),
        "plan" => $$""" "kind":"plan","with":{{SubRun(random, "${input.word}")}} """,
        "broken" => """ "kind":"transform","with":"${input.missing}" """,
        "delay" => $$""" "kind":"wait","with":{"duration":"PT{{random.Next(0, 120)}}S"} """,
        "until signal" => random.Next(2) == 0
            ? $$""" "kind":"wait","with":{"signal":"{{OneOf(random, "go", "stop")}}"} """
            : $$""" "kind":"wait","with":{"signal":"{{OneOf(random, "go", "stop")}}","timeout":"PT{{random.Next(1, 90)}}S"} """,
        "approval" => $$""" "kind":"approval","with":{{Request(random)}} """,
        "emit" => $$""" "kind":"emit","with":{"type":"{{OneOf(random, "com.example.told", "com.example.${input.word}")}}","data":{"b":1,"a":"${input.word}"} } """,
        _ => $$""" "kind":"{{kind}}","with":{"b":1,"a":"${input.word}"} """,
    };

    static string Map(Random random)
    {
        // Above 64 the items are stored in several blocks.
        var count = random.Next(12) == 0 ? random.Next(65, 140) : random.Next(0, 9);
        var items = random.Next(10) == 0 ? "\"${input.missing}\"" : $"[{string.Join(',', Enumerable.Range(0, count))}]";
        var (kind, with) = random.Next(7) switch
        {
            0 => ("noop", "{}"),
            1 => ("transform", """{"at":"${index}","of":"${item}"}"""),
            2 => ("transform", """{"at":"${item % 5 == 3 ? input.missing : index}"}"""),
            3 => ("safe", """{"n":"${item}"}"""),
            4 => ("plan", SubRun(random, "${item}")),
            5 => ("call", """{"n":"${item % 5 == 3 ? input.missing : item}"}"""),
            _ => ("call", """{"n":"${item}","w":"${input.word}"}"""),
        };
        var json = new StringBuilder($$""" "kind":"map","with":{"items":{{items}},"step":{"kind":"{{kind}}","with":{{with}}""");
        if (random.Next(2) == 0)
            json.Append(CultureInfo.InvariantCulture, $$""","retry":{"maxAttempts":{{random.Next(1, 4)}},"initial":"PT{{random.Next(1, 20)}}S"}""");
        if (random.Next(4) == 0)
            json.Append(CultureInfo.InvariantCulture, $$""","timeout":"PT{{random.Next(20, 200)}}S" """);
        json.Append('}');
        if (random.Next(2) == 0)
            json.Append(CultureInfo.InvariantCulture, $",\"concurrency\":{random.Next(1, 20)}");
        if (random.Next(2) == 0)
            json.Append(OneOf(random, ""","onItemError":"continue" """, ""","onItemError":"continue","maxFailures":2""", ""","onItemError":"continue","maxFailureShare":0.5"""));
        if (random.Next(4) == 0)
            json.Append(""","collect":"summary" """);
        return json.Append('}').ToString();
    }

    static string SubRun(Random random, string input) =>
        random.Next(12) == 0 ? """{"planId":"p"}""" : $$"""{"planId":"child","input":{"of":"{{input}}"} }""";

    static string Request(Random random)
    {
        var json = new StringBuilder($$"""{"roles":["{{OneOf(random, "finance", "operator")}}"],"title":"May ${input.word}?" """);
        if (random.Next(3) == 0)
            json.Append(CultureInfo.InvariantCulture, $",\"minApprovals\":{random.Next(1, 4)}");
        if (random.Next(4) == 0)
            json.Append(",\"fourEyes\":false");
        var action = random.Next(2) == 0 ? null : OneOf(random, "deny", "approve", "escalate");
        if (action is not null)
            json.Append(CultureInfo.InvariantCulture, $$""","deadline":"PT{{random.Next(0, 200)}}S","onDeadline":"{{action}}" """);
        if (action == "escalate" || random.Next(3) == 0)
            json.Append(",\"escalation\":[").AppendJoin(',', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Level(random, action))).Append(']');
        return json.Append('}').ToString();
    }

    static string Level(Random random, string? action) => action == "escalate" && random.Next(2) == 0
        ? $$"""{"role":"{{OneOf(random, "finance", "operator", "viewer")}}"}"""
        : $$"""{"after":"PT{{random.Next(0, 90)}}S","role":"{{OneOf(random, "finance", "operator", "viewer")}}"}""";

    static string Compensation(Random random, int index) => random.Next(7) switch
    {
        6 => $$""","compensate":{"kind":"emit","with":{"type":"com.example.undone","data":"s{{index}}"} } """,
        0 => ""","compensate":{"kind":"noop"} """,
        1 => $$""","compensate":{"kind":"transform","with":{"was":"${steps.s{{index}}.status}"} } """,
        2 => ""","compensate":{"kind":"transform","with":"${input.missing}"} """,
        3 => $$""","compensate":{"kind":"safe","with":{"word":"${input.word}"},"timeout":"PT{{random.Next(1, 90)}}S"} """,
        _ => $$""","compensate":{"kind":"call","retry":{"maxAttempts":{{random.Next(1, 4)}},"initial":"PT{{random.Next(1, 20)}}S"},"onError":"{{OneOf(random, "park", "report")}}" } """,
    };

    static int[] Parents(Random random, int index) =>
        [.. Enumerable.Range(0, random.Next(0, Math.Min(index, 4) + 1)).Select(_ => random.Next(Math.Max(0, index - 8), index)).Distinct()];

    static int? Gate(Random random, bool isSequence, int[] parents, List<int> gateways)
    {
        var upstream = gateways.Where(g => isSequence || parents.Contains(g)).ToArray();
        return upstream.Length == 0 ? null : upstream[random.Next(upstream.Length)];
    }

    static string Condition(Random random, int gate) => OneOf(random, $"s{gate}", $"!s{gate}", $"s{gate} == 'left'", $"s{gate} != 'left'");

    public static string OneOf(Random random, params ReadOnlySpan<string> choices) => choices[random.Next(choices.Length)];

    static void Shuffle(Random random, List<string> steps)
    {
        for (var at = steps.Count - 1; at > 0; at--)
        {
            var other = random.Next(at + 1);
            (steps[at], steps[other]) = (steps[other], steps[at]);
        }
    }
}
