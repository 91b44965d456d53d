using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Tests.Rules.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Golden;

/// <summary>
/// What earlier releases wrote is understood for good. <c>DVT_GOLDEN=0.1</c> records what that release, the present code, has
/// and its folder lacks; see <c>ops/releasing.md</c>. Recorded files are never changed.
/// </summary>
public sealed class GoldenTests
{
    /// <summary>Kinds of events that came since the last recording; recorded with the release at the latest, and then taken out.</summary>
    static readonly string[] NotRecordedYet = [];

    public static TheoryData<string> Histories => [.. GoldenHistory.All.Select(h => $"{h.Release}/{h.Name}")];

    static GoldenHistory Find(string which) => GoldenHistory.All.Single(h => $"{h.Release}/{h.Name}" == which);

    [Theory]
    [MemberData(nameof(Histories))]
    public void A_kept_history_leads_to_the_snapshots_its_release_saw(string which)
    {
        var history = Find(which);
        var plan = history.Compiled;
        Assert.Equal(history.Digest, plan.Digest);
        var run = Run.New(history.RunId, plan);
        foreach (var (e, key) in history.Events.Select(e => (Event: e, e.Key)))
        {
            var read = RunEvents.Read(e.Type, e.Data);
            Assert.IsNotType<UnknownRunEvent>(read);
            Assert.Equal(key, EventKeys.Of(history.RunId, read, plan.PlanId, plan.Version));
            run.Apply(read, e.At);
            foreach (var state in history.States.Where(s => s.Seq == run.Seq))
                Assert.Equal((state.Hash, state.NextDue), (run.SnapshotHash(), run.NextDue));
        }
    }

    [Theory]
    [MemberData(nameof(Histories))]
    public void A_kept_state_is_read_and_goes_on_as_its_release_did(string which)
    {
        var history = Find(which);
        var plan = history.Compiled;
        foreach (var state in history.States)
        {
            var run = state.Read(history.RunId, plan);
            Assert.Equal((state.Seq, state.Hash, state.NextDue), (run.Seq, run.SnapshotHash(), run.NextDue));
            foreach (var e in history.Events.Skip((int)state.Seq))
                run.Apply(RunEvents.Read(e.Type, e.Data), e.At);
            Assert.Equal(history.States[^1].Hash, run.SnapshotHash());
        }
    }

    [Fact]
    public void Every_event_of_runs_is_in_a_kept_history()
    {
        var kept = GoldenHistory.All.SelectMany(h => h.Events).Select(e => e.Type).Concat(NotRecordedYet).ToHashSet();
        var missing = typeof(ICommand).Assembly.GetTypes().Where(RunEventsTests.IsOfRun).Select(t => t.Name).Where(name => !kept.Contains(name)).Order();
        Assert.True(!missing.Any(),
            $"no kept history has {string.Join(", ", missing)}. Play it in GoldenScenarios.cs and record it: DVT_GOLDEN=0.1 dotnet test --filter GoldenTests; "
            + "or name it in NotRecordedYet until the release. See ops/releasing.md.");
    }

    [Fact]
    public void Kept_messages_and_events_are_read_with_all_they_say()
    {
        var lines = Messages().ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Null(GoldenMessages.Lost(line)));
    }

    [Fact]
    public void A_message_whose_member_was_renamed_is_found() =>
        Assert.Equal("WakeRun /run", GoldenMessages.Lost("""[{"id":"01890a5d-ac96-774b-bcce-b302099a8057","type":"WakeRun","tenantId":"01890a5d-ac96-774b-bcce-b302099a8057","key":"k","actor":"a","acceptedAt":"2026-02-03T04:05:06.789012+00:00","body":{"run":"r"}}]"""));

    [Fact]
    public void What_is_missing_in_the_folder_of_a_release_is_recorded_on_demand()
    {
        if (Environment.GetEnvironmentVariable("DVT_GOLDEN") is not { Length: > 0 } release)
            return;
        var folder = GoldenHistory.Folder(release);
        Directory.CreateDirectory(Path.Combine(folder, "histories"));
        foreach (var golden in GoldenScenarios.All)
        {
            var file = Path.Combine(folder, "histories", $"{golden.Name}.json");
            if (!File.Exists(file))
                File.WriteAllText(file, GoldenHistory.Record(release, golden).Text);
        }
        var messages = Path.Combine(folder, "messages.ndjson");
        var known = File.Exists(messages) ? File.ReadAllLines(messages) : [];
        File.WriteAllLines(messages, known.Concat(GoldenMessages.Kinds.SelectMany(GoldenMessages.Lines).Except(known)));
    }

    static IEnumerable<string> Messages() =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Rules", "Golden", "Data"), "messages.ndjson", SearchOption.AllDirectories).SelectMany(File.ReadLines);
}
