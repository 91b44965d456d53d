using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Dvt.Tests.Rules.Runs;

namespace Dvt.Tests.Rules.Golden;

/// <summary>A kept history: its plan, its events as the log had them, and the run after each decision as its release saw it.</summary>
sealed record GoldenHistory(string Release, string Name, JsonElement Plan, string Digest, string RunId, List<GoldenEvent> Events, List<GoldenState> States)
{
    static readonly JsonSerializerOptions Options = new(ContractsJson.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Folder(string release, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Data", release);

    /// <summary>All that are kept, of every release.</summary>
    public static IEnumerable<GoldenHistory> All =>
        from folder in Directory.EnumerateDirectories(Path.Combine(AppContext.BaseDirectory, "Rules", "Golden", "Data")).Order(StringComparer.Ordinal)
        from file in Directory.EnumerateFiles(Path.Combine(folder, "histories"), "*.json").Order(StringComparer.Ordinal)
        select JsonSerializer.Deserialize<GoldenHistory>(File.ReadAllBytes(file), Options)!;

    public static GoldenHistory Record(string release, GoldenScenarios.Golden golden)
    {
        var document = JsonElement.Parse($$"""{"planId":"p","version":"1.0.0","steps":{{golden.Steps}}{{golden.More}}}""");
        var run = Scenario.Of(golden.Steps, golden.More);
        var states = new List<GoldenState>();
        foreach (var decision in golden.Play(run))
            states.Add(GoldenState.Of(run));
        if (run.Run.HasInlineWork)
            throw new InvalidOperationException($"{golden.Name} stops in the middle");
        List<GoldenEvent> events = [.. run.History.Select(h => GoldenEvent.Of(run.Run, h.Event, h.At))];
        return new(release, golden.Name, document, run.Run.Plan.Digest, run.Run.RunId, events, states);
    }

    /// <summary>One event and one state a line, so that a reader finds the way.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder("{").AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $" \"release\": \"{Release}\", \"name\": \"{Name}\", \"runId\": \"{RunId}\", \"digest\": \"{Digest}\",");
            text.AppendLine(CultureInfo.InvariantCulture, $" \"plan\": {JsonSerializer.Serialize(Plan, Options)},");
            text.AppendLine(" \"events\": [").AppendJoin(",\n", Events.Select(e => "  " + JsonSerializer.Serialize(e, Options))).AppendLine("],");
            text.AppendLine(" \"states\": [").AppendJoin(",\n", States.Select(s => "  " + JsonSerializer.Serialize(s, Options))).AppendLine("]");
            return text.AppendLine("}").ToString();
        }
    }

    public Plan Compiled => Engine.Plans.Plan.Check(Plan, TestKinds.All).Plan!;
}

/// <param name="Key">Its idempotency key.</param>
sealed record GoldenEvent(string Type, JsonElement Data, DateTimeOffset At, string Key)
{
    public static GoldenEvent Of(Run run, IEvent e, DateTimeOffset at) =>
        new(RunEvents.TypeName(e), JsonElement.Parse(RunEvents.Bytes(e)), at, EventKeys.Of(run.RunId, e, run.Plan.PlanId, run.Plan.Version));
}

/// <param name="State">The bytes of <c>runs.run.state</c>, which are text.</param>
/// <param name="Steps">The bytes of <c>runs.step.state</c>, by ordinal.</param>
/// <param name="Items">The bytes of <c>runs.item.state</c>, by ordinal and block, such as <c>3/0</c>; left out when there are none.</param>
sealed record GoldenState(
    long Seq, string Hash, DateTimeOffset? NextDue, string State, SortedDictionary<int, string> Steps, SortedDictionary<string, string>? Items = null)
{
    public static GoldenState Of(Scenario scenario)
    {
        // From the history, since the scenario has taken the live run's changes already.
        var run = Run.Fold(scenario.Run.RunId, scenario.Run.Plan, scenario.History);
        var steps = new SortedDictionary<int, string>(run.TakeChangedSteps().ToDictionary(s => s.Ordinal, s => Encoding.UTF8.GetString(s.State)));
        var items = run.TakeChangedItems().ToDictionary(i => $"{i.Ordinal}/{i.Block}", i => Encoding.UTF8.GetString(i.State));
        return new(run.Seq, run.SnapshotHash(), run.NextDue, Encoding.UTF8.GetString(StoredRun.HeaderOf(run)), steps,
            items.Count == 0 ? null : new(items, StringComparer.Ordinal));
    }

    public Run Read(string runId, Plan plan) => Run.Read(
        runId, plan, Bytes(State), Steps.Select(s => (s.Key, Bytes(s.Value))),
        (Items ?? []).Select(i => (Place(i.Key, 0), Place(i.Key, 1), Bytes(i.Value))));

    static int Place(string key, int part) => int.Parse(key.Split('/')[part], CultureInfo.InvariantCulture);

    static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
