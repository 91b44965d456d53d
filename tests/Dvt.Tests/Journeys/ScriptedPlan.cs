using System.Globalization;
using System.Text;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Simulation;
using Dvt.Tests.Rules.Runs;

namespace Dvt.Tests.Journeys;

/// <summary>
/// A random plan of which it is known beforehand what the world outside will answer. In a serial one each step that takes time comes
/// after the one before, so that never two are under way and the history has one possible order; where each step is committed by
/// itself, every step comes after the one before, since what follows a commit races with what is under way. In a parallel one they run side by
/// side and nothing depends on who is first: no step fails the run, none is undone.
/// </summary>
sealed class ScriptedPlan
{
    readonly Random random;
    readonly Uri sandbox;
    readonly bool isSerial;
    readonly bool isCheckpointed;
    readonly List<int> gateways = [];
    readonly List<(string, Mock[])> mocks = [];
    int? lastSlow;

    ScriptedPlan(Random random, Uri sandbox, string runId, bool isSerial)
    {
        (this.random, this.sandbox, RunId, this.isSerial) = (random, sandbox, runId, isSerial);
        PlanId = $"p-{runId}";
        Signals = isSerial && random.Next(3) == 0 ? random.Next(1, 4) : 0;
        // Signals that lie behind the start in the queue must not overtake what the start leaves for later.
        isCheckpointed = isSerial && Signals == 0 && random.Next(3) == 0;
        var count = Signals + random.Next(1, 13);
        var steps = Enumerable.Range(0, count).Select(Step).ToList();
        var json = new StringBuilder($$"""{"planId":"{{PlanId}}","version":"1.0.0","steps":[""").AppendJoin(',', steps).Append(']');
        if (isCheckpointed)
            json.Append(""","checkpoint":"step" """);
        if (random.Next(2) == 0)
            json.Append(CultureInfo.InvariantCulture, $$""","output":{"last":"${has(steps.s{{count - 1}}.result) ? 'some' : 'none'}"}""");
        Document = json.Append('}').ToString();
        Mocks = new Mocks(mocks);
    }

    public static ScriptedPlan Of(Random random, Uri sandbox, string runId, bool isSerial) => new(random, sandbox, runId, isSerial);

    public string PlanId { get; }

    public string RunId { get; }

    public bool IsSerial => isSerial;

    public string Document { get; }

    public Mocks Mocks { get; }

    /// <summary>So many external signals <c>go</c> come right behind the start.</summary>
    public int Signals { get; }

    string Step(int index)
    {
        var kind = index < Signals ? "signal" : RandomPlan.OneOf(random, "noop", "transform", "gateway", "broken", "echo", "echo", "wait", "late", "flaky", "failing", "missing");
        var isSlow = kind is not ("noop" or "transform" or "gateway" or "broken");
        var parents = index < Signals ? [] : Enumerable.Range(0, random.Next(0, Math.Min(index, 3) + 1)).Select(_ => random.Next(index)).ToHashSet();
        if (isSerial && isSlow && lastSlow is { } before)
            parents.Add(before);
        if (isCheckpointed && index > 0)
            parents.Add(index - 1);
        var json = new StringBuilder($$"""{"stepId":"s{{index}}",{{Body(kind, index)}},"dependsOn":[{{string.Join(',', parents.Order().Select(p => $"\"s{p}\""))}}]""");
        if (index >= Signals && gateways.Where(parents.Contains).ToList() is { Count: > 0 } known && random.Next(2) == 0)
            json.Append(CultureInfo.InvariantCulture, $$""","onlyIf":"{{RandomPlan.OneOf(random, "", "!")}}s{{known[random.Next(known.Count)]}}" """);
        json.Append(CultureInfo.InvariantCulture, $$""","onError":"{{(isSerial ? RandomPlan.OneOf(random, "fail", "skip", "continue", "skip", "continue", "park", "compensate") : RandomPlan.OneOf(random, "skip", "continue"))}}" """);
        if (isSlow && kind != "wait" && kind != "late" && kind != "signal")
            json.Append(CultureInfo.InvariantCulture, $$""","retry":{"maxAttempts":{{random.Next(1, 4)}},"initial":"PT0.0{{random.Next(1, 9)}}S"}""");
        if (isSerial && random.Next(3) == 0)
            json.Append(Compensation(index));
        if (kind == "gateway")
            gateways.Add(index);
        lastSlow = isSlow ? index : lastSlow;
        return json.Append('}').ToString();
    }

    string Body(string kind, int index) => kind switch
    {
        "transform" => """ "kind":"transform","with":{"z":1,"a":"${input.word}","run":"${run.id}"} """,
        "gateway" => $$""" "kind":"gateway","when":"{{RandomPlan.OneOf(random, "${input.yes}", "${!input.yes}")}}" """,
        "broken" => """ "kind":"transform","with":"${input.missing}" """,
        "echo" => """ "kind":"echo","with":{"b":1.0,"a":"${input.word}"} """,
        "wait" => $$""" "kind":"wait","with":{"duration":"PT{{random.Next(0, 2)}}S"} """,
        "signal" => """ "kind":"wait","with":{"signal":"go"} """,
        "late" => $$""" "kind":"wait","with":{"signal":"never","timeout":"PT1S"} """,
        "flaky" => Http($"s{index}", "/http/flaky/${run.id}-s" + index + "?failures=1&status=429&anyKey=true", Error(429), Answered),
        "failing" => Http($"s{index}", "/http/status/429", Error(429)),
        "missing" => Http($"s{index}", "/http/status/404", Error(404)),
        _ => """ "kind":"noop" """,
    };

    string Http(string name, string path, params Mock[] attempts)
    {
        mocks.Add((name, attempts));
        return $$""" "kind":"http","with":{"url":"{{sandbox.GetLeftPart(UriPartial.Authority)}}{{path}}"} """;
    }

    static readonly Mock Answered = new(JsonElement.Parse("""{"status":200}"""));

    /// <summary>As the worker of http steps tells it.</summary>
    Mock Error(int status) => new(Error: new StepError(
        "HTTP_STATUS", $"{sandbox.GetLeftPart(UriPartial.Authority)} answered {status}", status == 429, status == 429 ? "SYSTEM" : "USER"));

    string Compensation(int index) => random.Next(4) switch
    {
        0 => ""","compensate":{"kind":"noop"} """,
        1 => ""","compensate":{"kind":"transform","with":"${input.missing}"} """,
        2 => $$""","compensate":{{{Http($"s{index}/compensate", "/http/status/404", Error(404))}} } """,
        _ => $$""","compensate":{"kind":"echo","with":{"undo":"${steps.s{{index}}.status}"} } """,
    };
}
